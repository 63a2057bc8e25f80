"""Keeps some columns and makes others."""

from __future__ import annotations

import polars as pl

from synthc.runtime.rows import ID, PART, USER
from synthc.runtime.steps.expression import expression, present
from synthc.runtime.steps.stage import Around, each


def work(frame: pl.DataFrame, around: Around) -> pl.DataFrame:
    """Compute all columns from those before the step, then set rows without a value aside."""
    hidden = [name for name in (ID, USER, PART) if name in frame.columns]
    made = {name: expression(json, around.score).alias(name) for name, json in around.settings["columns"].items()}
    frame = frame.select(*hidden, *made.values())
    for name in made:
        frame = around.keep(frame, present(pl.col(name), frame.schema[name]), f"`{name}` has no value")
    return frame


STAGE = each(work)
