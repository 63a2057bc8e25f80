"""Makes each row several; ids get the ordinal of the repetition, so that each draws answers of its own."""

from __future__ import annotations

import polars as pl

from synthc.runtime.rows import ID
from synthc.runtime.steps.stage import Around, each

ORDINAL = "_ordinal"


def work(frame: pl.DataFrame, around: Around) -> pl.DataFrame:
    """Repeat one frame's rows, those of a row next to each other."""
    count, name = around.settings["count"], around.settings["as"]
    ordinals = pl.lit(pl.Series([list(range(count))], dtype=pl.List(pl.Int64))).first()
    done = frame.with_columns(ordinals.alias(ORDINAL)).explode(ORDINAL)
    done = done.with_columns(pl.concat_str([pl.col(ID), pl.lit("."), pl.col(ORDINAL).cast(pl.String)]).alias(ID))
    around.count.added += len(done) - len(frame)
    return done.drop(ORDINAL) if name is None else done.rename({ORDINAL: name})


STAGE = each(work)
