"""`tgi("http://localhost:8080")`: a server that speaks the API of Text Generation Inference."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from synthc.compiler.catalog.values import Count, Said, Seconds, Settings, Unit, Whole, YesNo


class Tgi(Settings):
    """How a server is called: `concurrency` is the most requests in flight."""

    concurrency: Annotated[Count, Unit("requests")] = Field(64, description="The most requests in flight; fewer are sent while the server is busy.")
    timeout: Seconds = Field(60.0, description="How long one answer may take.")
    retries: Whole = Field(2, description="How often a request is sent again after a broken connection or a fault of the server.")
    token: Annotated[Any, Said('`secret("NAME")`')] = Field(None, description="What the server wants as a bearer token; it is read when the spec is run and written nowhere.")
    default: YesNo = Field(default=False, description="Whether it answers where nothing else is said and several endpoints are declared.")
