"""Keeps the rows for which a condition holds."""

from __future__ import annotations

import polars as pl

from synthc.runtime.steps.stage import Around, each

HOLDS = "_holds"


def work(frame: pl.DataFrame, around: Around) -> pl.DataFrame:
    """Filter one frame."""
    frame = around.evaluate(frame, around.settings["expr"], HOLDS, what="the condition")
    kept = frame.filter(pl.col(HOLDS)).drop(HOLDS)
    around.count.filtered += len(frame) - len(kept)
    return kept


STAGE = each(work)
