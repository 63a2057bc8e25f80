"""Draws rows without replacement and keeps their order, alike or by the shares that a measure found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from synthc.runtime.rows import ID, Dataset
from synthc.runtime.steps.stage import Around, draw, whole


def work(frame: pl.DataFrame, around: Around) -> pl.DataFrame:
    """Keep the rows whose numbers, drawn by seed and id, are the smallest, of all or of those with the same value."""
    settings = around.settings
    count = settings["count"] if "count" in settings else round(settings["share"] * len(frame))
    numbers = draw(frame[ID], around.seed, "sample")
    if "weigh" in settings:
        wanted = quotas(measured(around.rows(settings["weigh"]["node"])), count)
        most = pl.Series([wanted.get(value, 0) for value in frame[settings["column"]]], dtype=pl.Int64)
        places = pl.DataFrame({"value": frame[settings["column"]], "number": numbers}).select(pl.col("number").rank("ordinal").over("value"))
        kept = places["number"] <= most
    else:
        kept = pl.Series(numbers.rank("ordinal") <= count)
    around.count.filtered += len(frame) - int(kept.sum())
    return frame.filter(kept)


def measured(rows: Dataset) -> dict[Any, float]:
    """Return the share of each value that a measure found."""
    frame = pl.concat(list(rows.frames(["value", "share"])))
    return dict(zip(frame["value"].to_list(), frame["share"].to_list(), strict=True))


def quotas(shares: Mapping[Any, float], count: int) -> dict[Any, int]:
    """Spread a number of rows over values by their shares: rounded down, the rest to the largest remainders.

    >>> quotas({"work": 0.55, "family": 0.45, "sport": 0.0}, 10)
    {'work': 6, 'family': 4, 'sport': 0}
    """
    exact = {value: share * count for value, share in shares.items()}
    whole_ = {value: int(part) for value, part in exact.items()}
    left = round(sum(exact.values())) - sum(whole_.values())
    order = sorted(exact, key=lambda value: whole_[value] - exact[value])
    return {value: part + (value in order[:left]) for value, part in whole_.items()}


STAGE = whole(work)
