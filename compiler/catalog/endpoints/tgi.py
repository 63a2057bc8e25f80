"""`tgi("http://localhost:8080")`: a server that speaks the API of Text Generation Inference."""

from __future__ import annotations

from typing import Any

from synthc.compiler.catalog.values import Count, Seconds, Settings, Whole, YesNo


class Tgi(Settings):
    """How a server is called: `concurrency` is the most requests in flight."""

    concurrency: Count = 64
    timeout: Seconds = 60.0
    retries: Whole = 2
    token: Any = None
    default: YesNo = False
