"""`embedded()`: the bundled small model; it makes the pipeline run and replaces no real LLM."""

from __future__ import annotations

from synthc.compiler.catalog.values import Count, Settings, Whole, YesNo


class Embedded(Settings):
    """How the bundled model is called."""

    concurrency: Count = 64
    retries: Whole = 2
    default: YesNo = False
