"""`hf("meta-llama/Llama-3.1-8B-Instruct", provider = "auto")`: a model behind the Hub's providers, or an Inference Endpoint by its address.

The token that is saved on this machine is never sent: what the Hub wants to see is named with `token = secret("HF_TOKEN")`.
"""

from __future__ import annotations

from pydantic import Field

from synthc.compiler.catalog.asked import Address, Served
from synthc.compiler.catalog.server import EndpointEntry
from synthc.compiler.catalog.values import Settings, Words


class Model(Settings):
    """What stands in its brackets."""

    model: Address = Field(description="The name of a model on the Hub, or the address of an Inference Endpoint.")
    provider: Words | None = Field(None, description="Which provider answers for a model of the Hub; the first of your settings there where nothing is said.")


class Hf(Served):
    """How it is called."""


ENDPOINT = EndpointEntry(settings=Hf, brackets=Model, takes="a model of the Hub, or the address of an Inference Endpoint")
