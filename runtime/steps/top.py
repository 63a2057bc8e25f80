"""Keeps the rows with the largest values; a share counts words, ties go by id."""

from __future__ import annotations

import polars as pl

from synthc.runtime.rows import ID
from synthc.runtime.steps.stage import Around, whole

BY = "_top_by"


def work(frame: pl.DataFrame, around: Around) -> pl.DataFrame:
    """Rank all rows and keep the first, in the order they came."""
    frame = around.evaluate(frame, around.settings["by"], BY, what="what rows are ranked by")
    ranked = frame.with_row_index("_place").sort([BY, ID], descending=[True, False])
    if "count" in around.settings:
        kept = ranked.head(around.settings["count"])
    else:
        text = "text" if "text" in frame.columns else frame.columns[1]
        words = ranked[text].str.count_matches(r"\S+").cast(pl.Int64)
        enough = around.settings["share"] * int(words.sum() or 0)
        kept = ranked.filter((words.cum_sum() - words) < enough)
    around.count.filtered += len(frame) - len(kept)
    return kept.sort("_place").drop("_place", BY)


STAGE = whole(work)
