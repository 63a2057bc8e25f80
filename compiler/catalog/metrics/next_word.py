"""`next_word(models) over rows`: how often the next word is among the first guesses."""

from __future__ import annotations

from synthc.compiler.catalog.values import Count, Expression, Settings, Words


class NextWord(Settings):
    """What is compared, and what must hold for the run to succeed."""

    pairs: Expression = None
    require: Expression = None
    column: Words = "text"
    bootstrap: Count = 1000


METRICS = tuple(
    f"top{k}{average}{which}" for k in (1, 3) for average in ("", "_macro") for which in ("", "_known", "_after_first")
)
"""Names that `require` may read, such as `warm.top1`."""
