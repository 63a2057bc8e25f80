"""Draws rows without replacement and keeps their order."""

from __future__ import annotations

import polars as pl

from synthc.runtime.rows import ID
from synthc.runtime.steps.stage import Around, draw, whole


def work(frame: pl.DataFrame, around: Around) -> pl.DataFrame:
    """Keep the rows whose numbers, drawn by seed and id, are the smallest."""
    settings = around.settings
    count = settings["count"] if "count" in settings else round(settings["share"] * len(frame))
    numbers = draw(frame[ID], around.seed, "sample")
    kept = pl.Series(numbers.rank("ordinal") <= count)
    around.count.filtered += len(frame) - int(kept.sum())
    return frame.filter(kept)


STAGE = whole(work)
