"""`next_word(models) over rows`: how often the next word is among the first guesses."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from synthc.compiler.catalog.values import Count, Expression, Said, Settings, Unit, Words


class NextWord(Settings):
    """What is compared, and what must hold for the run to succeed."""

    pairs: Annotated[Expression, Said("list of `MODEL vs MODEL`")] = Field(None, description="Which models are compared: the relative change with an interval by users. They must be trained alike.")
    require: Annotated[Expression, Said("condition")] = Field(None, description="What must hold, such as `warm.top1 >= baseline.top1 * 1.1`; if not, the run ends with exit code 1.")
    column: Words = Field("text", description="The column whose words are predicted.")
    bootstrap: Annotated[Count, Unit("samples")] = Field(1000, description="How often users are drawn again for the interval.")


METRICS = tuple(
    f"top{k}{average}{which}" for k in (1, 3) for average in ("", "_macro") for which in ("", "_known", "_after_first")
)
"""Names that `require` may read, such as `warm.top1`."""
