"""Some rows that stand for more."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

Taken = Mapping[str, float | None]
NOTHING: Taken = {"requests": 0.0, "tokens_in": 0.0, "tokens_out": 0.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Rows of which each stands for `scale`; `variance` is the relative one of how many there are in all.

    `guessed` says that some may still be dropped that nobody can count.
    """

    frame: pl.DataFrame
    scale: float = 1.0
    variance: float = 0.0
    guessed: bool = False
    taken: Taken = field(default_factory=lambda: NOTHING)

    @property
    def total(self) -> float:
        """How many rows are expected."""
        return len(self.frame) * self.scale

    def cut(self, rows: int) -> Sample:
        """Return at most so many of the rows, evenly spread, standing for the same number."""
        if len(self.frame) <= rows:
            return self
        return self.only([index * len(self.frame) // rows for index in range(rows)])

    def only(self, places: Sequence[int]) -> Sample:
        """Return some of the rows, standing for the same number."""
        return replace(self, frame=self.frame[list(places)], scale=self.total / max(1, len(places)))

    def behind(self, frame: pl.DataFrame) -> Sample:
        """Return what a step made of the rows; how sure the number is follows from how many there were."""
        rows_in, rows_out = len(self.frame), len(frame)
        doubt = abs(1 / rows_out - 1 / rows_in) if rows_in and rows_out and self.scale > 1 else 0.0
        return replace(self, frame=frame, variance=self.variance + doubt)

    def distinct(self, frame: pl.DataFrame, half: int, quarter: int) -> Sample:
        """Return what is left of the rows without duplicates, of which a `half` and a `quarter` of them leave so many.

        The more rows there are, the more of them were there before: their number grows as a power of the rows
        (Heaps' law, H. S. Heaps, Information Retrieval, 1978), and that power falls a little with each doubling.
        """
        kept = self.behind(frame)
        if self.scale <= 1 or not quarter or len(frame) <= half or half <= quarter:
            return kept
        power, before = math.log2(len(frame) / half), math.log2(half / quarter)
        # What few rows show of the fall is half by chance.
        falls, doublings = min(1.0, math.sqrt(power / before)), math.log2(self.scale)
        grown = power * (doublings if falls == 1 else falls * (1 - falls**doublings) / (1 - falls))
        return replace(kept, scale=2 ** min(grown, doublings))

    def at_most(self, rows: int) -> Sample:
        """Return the rows behind a step that keeps so many: surely so many, where there are clearly more."""
        if self.total <= rows:
            return self
        bound = replace(self.cut(max(1, round(rows / self.scale))), variance=0.0)
        return replace(bound, scale=rows / len(bound.frame))

    def standing_for(self, rows: float) -> Sample:
        """Return the same rows, standing for so many."""
        return replace(self, scale=rows / max(1, len(self.frame)))

    @property
    def bounds(self) -> tuple[int, int]:
        """The fewest and the most rows, two standard deviations apart on either side."""
        away = 2 * math.sqrt(self.variance)
        low = 0 if self.guessed else max(0, round(self.total * (1 - away)))
        return low, round(self.total * (1 + away))
