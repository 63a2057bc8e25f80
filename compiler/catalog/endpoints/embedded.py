"""`embedded()`: the bundled small model; it makes the pipeline run and replaces no real LLM."""

from __future__ import annotations

from synthc.compiler.catalog.asked import Asked
from synthc.compiler.catalog.server import EndpointEntry


class Embedded(Asked):
    """How the bundled model is called."""


ENDPOINT = EndpointEntry(settings=Embedded)
