"""`tgi("http://localhost:8080")`: a server that speaks the API of Text Generation Inference."""

from __future__ import annotations

from pydantic import Field

from synthc.compiler.catalog.asked import Address, Served
from synthc.compiler.catalog.server import EndpointEntry
from synthc.compiler.catalog.values import Settings, Words


class Server(Settings):
    """What stands in its brackets."""

    url: Address = Field(description="The address of the server.")


class Tgi(Served):
    """How the server is called."""

    adapter: Words | None = Field(None, description="The LoRA adapter that answers, by its name on the server.")


ENDPOINT = EndpointEntry(settings=Tgi, brackets=Server, takes="the address of the server")
