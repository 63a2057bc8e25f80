"""`openai("http://localhost:8000")`: a server with OpenAI's routes, such as vLLM, SGLang, llama.cpp and TGI.

Which one it is shows in its routes; how it wants grammars and what it tells of probabilities follows from that.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from synthc.compiler.catalog.asked import Address, Served
from synthc.compiler.catalog.server import EndpointEntry
from synthc.compiler.catalog.values import Settings, Words


class Server(Settings):
    """What stands in its brackets."""

    url: Address = Field(description="The address of the server, with or without `/v1`.")
    model: Words | None = Field(None, description="The model that answers; the server's only one where nothing is said.")


class Openai(Served):
    """How the server is called."""

    server: Literal["vllm", "sglang", "llama.cpp", "tgi", "transformers", "other"] | None = Field(
        None, description="Which server it is, and so in which spelling answers are held to their type; where nothing is said it is found out by its routes, which a gateway may hide."
    )


ENDPOINT = EndpointEntry(settings=Openai, brackets=Server, takes='the address of the server, and perhaps `model = "..."`')
