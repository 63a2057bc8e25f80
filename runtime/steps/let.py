"""Adds a column."""

from __future__ import annotations

import polars as pl

from synthc.runtime.steps.stage import Around, each


def work(frame: pl.DataFrame, around: Around) -> pl.DataFrame:
    """Compute the column for one frame."""
    name = around.settings["name"]
    return around.evaluate(frame, around.settings["expr"], name, what=f"`{name}`")


STAGE = each(work)
