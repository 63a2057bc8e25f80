"""Puts the rows into an order drawn by the seed."""

from __future__ import annotations

import polars as pl

from synthc.runtime.rows import ID
from synthc.runtime.steps.stage import Around, draw, whole


def work(frame: pl.DataFrame, around: Around) -> pl.DataFrame:
    """Sort by numbers drawn by seed and id."""
    return shuffled(frame, around.seed)


def shuffled(frame: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Return the frame in an order that depends on the seed and the rows' ids alone."""
    return frame.with_columns(draw(frame[ID], seed, "shuffle").alias("_drawn")).sort("_drawn", ID).drop("_drawn")


STAGE = whole(work)
