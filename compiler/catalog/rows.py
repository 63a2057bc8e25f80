"""What a `filter`, `transform`, `generate` or `mix` may set beside its steps."""

from __future__ import annotations

from synthc.compiler.catalog.values import Count, Percent, Settings


class Rows(Settings):
    """The share of rows that may be set aside before the run stops."""

    max_failures: Percent = 0.01


class Mix(Settings):
    """`words` is the size; without it the mix is the largest that uses no row twice."""

    words: Count | None = None
