"""What a `filter`, `transform`, `generate` or `mix` may set beside its steps."""

from __future__ import annotations

from pydantic import Field

from synthc.compiler.catalog.values import Percent, Settings, TargetWords


class Rows(Settings):
    """The share that may be set aside before the run stops, of all rows that were read or the most that one step had: not only of those that were asked about."""

    max_failures: Percent = Field(0.01, description="The share of rows that may be set aside before the run stops.")


class Mix(Settings):
    """`words` is the size; without it the mix is the largest that uses no row twice."""

    words: TargetWords | None = Field(None, description="The size of the mix; short parts repeat. Without it the mix is the largest that uses no row twice.")
