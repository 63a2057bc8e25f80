"""Makes one row of each item of a list; ids get the item's ordinal."""

from __future__ import annotations

import polars as pl

from synthc.runtime.rows import ID
from synthc.runtime.steps.stage import Around, each


def ordinals(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """Explode a list column and append each item's place to the row's id."""
    frame = frame.with_columns(pl.int_ranges(0, pl.col(column).list.len()).alias("_ordinal"))
    frame = frame.explode(column, "_ordinal")
    return frame.with_columns(pl.concat_str([pl.col(ID), pl.lit("."), pl.col("_ordinal").cast(pl.String)]).alias(ID)).drop("_ordinal")


def work(frame: pl.DataFrame, around: Around) -> pl.DataFrame:
    """Explode one frame; a row with an empty list is filtered."""
    column, name = around.settings["column"], around.settings["as"]
    if isinstance(frame.schema[column], pl.Struct):
        frame = frame.with_columns(pl.col(column).struct.field("value").alias(column))
    full = frame.filter(pl.col(column).list.len() > 0)
    around.count.filtered += len(frame) - len(full)
    done = ordinals(full, column)
    around.count.added += len(done) - len(full)
    if name != column and name in done.columns:
        done = done.drop(name)
    return done.rename({column: name}) if name != column else done


STAGE = each(work)
