"""`embedded()`: the bundled small model; it makes the pipeline run and replaces no real LLM."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from synthc.compiler.catalog.values import Count, Settings, Unit, Whole, YesNo


class Embedded(Settings):
    """How the bundled model is called."""

    concurrency: Annotated[Count, Unit("requests")] = Field(64, description="The most requests in flight.")
    retries: Whole = Field(2, description="How often a request is sent again after a fault outside.")
    default: YesNo = Field(default=False, description="Whether it answers where nothing else is said and several endpoints are declared.")
