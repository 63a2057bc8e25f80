"""The texts of a part of some people, and who wrote which."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from synthc.runtime.context import Context
from synthc.runtime.rows import ID, PART, USER


@dataclass(frozen=True, slots=True, kw_only=True)
class Messages:
    """Texts, for each the index of its user below `number`; where rows have no users each is its own."""

    messages: list[str]
    users: NDArray[np.int64]
    number: int


def messages_of(context: Context, name: str, part: str | None, column: str) -> Messages:
    """Return the texts of a part of the rows of a node, of all of them without one."""
    rows = context.rows(name)
    if part is None:
        frame = pl.concat(list(rows.frames([ID, column])))
        users = frame[ID]
    else:
        frame = pl.scan_parquet(rows.shards).filter(pl.col(PART) == part).select([USER, column]).collect()
        users = frame[USER]
    codes = users.rank("dense").cast(pl.Int64).to_numpy() - 1
    return Messages(messages=frame[column].to_list(), users=codes, number=int(codes.max()) + 1 if len(codes) else 0)
