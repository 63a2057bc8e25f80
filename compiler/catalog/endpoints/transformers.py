"""`transformers("models/tiny")`: a causal language model of a folder or of the Hub, in this process.

It takes `pip install 'synthc[transformers]'`, for synthc does not bring `transformers` along.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from synthc.compiler.catalog.asked import Asked, Secret
from synthc.compiler.catalog.server import EndpointEntry
from synthc.compiler.catalog.values import Count, Settings, Unit, Words


class Model(Settings):
    """What stands in its brackets."""

    model: Words = Field(description="A folder, which counts from the project, or a repository of the Hub.")
    revision: Words | None = Field(None, description="The commit, tag or branch of a repository.")


class Transformers(Asked):
    """How it is loaded and asked."""

    batch: Annotated[Count, Unit("requests")] = Field(16, description="The most requests that are answered together, those of similar length.")
    device: Literal["auto", "cuda", "mps", "cpu"] = Field("auto", description="Where it is computed; `auto` is a GPU where there is one.")
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = Field("auto", description="The numbers it computes with.")
    token: Secret = Field(None, description="What the Hub wants to see for a repository that is not public; the token that is saved on this machine is not sent.")


ENDPOINT = EndpointEntry(settings=Transformers, brackets=Model, takes="a folder, or a repository of the Hub")
