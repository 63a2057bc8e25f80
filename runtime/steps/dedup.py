"""Keeps the first of rows that are equal, or nearly so, in what they are compared by."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from typing import Any

import polars as pl

from synthc.runtime.steps.near import Near
from synthc.runtime.steps.stage import Around, Frames


async def STAGE(frames: Frames, around: Around) -> Frames:  # noqa: N802
    """Remember what was kept as it passes."""
    near = around.settings["near"]
    new: Callable[[tuple[Any, ...]], bool] = _unequal() if near is None else _unlike(Near(near))
    async for whole in frames:
        around.count.rows_in += len(whole)
        frame, names = whole, []
        for index, json in enumerate(around.settings["by"]):
            names.append(f"_by{index}")
            frame = around.evaluate(frame, json, names[-1], what="what rows are compared by")
        kept = [new(row) for row in frame.select(names).iter_rows()]
        done = frame.filter(pl.Series(kept, dtype=pl.Boolean)).drop(names)
        around.count.duplicates += len(frame) - len(done)
        around.count.rows_out += len(done)
        if not done.is_empty():
            yield done


def _unequal() -> Callable[[tuple[Any, ...]], bool]:
    """Return a test for what was not there before; 16 bytes a row is what it keeps."""
    seen: set[bytes] = set()

    def new(row: tuple[Any, ...]) -> bool:
        key = blake2b(repr(row).encode(), digest_size=16).digest()
        before = len(seen)
        seen.add(key)
        return len(seen) > before

    return new


def _unlike(near: Near) -> Callable[[tuple[Any, ...]], bool]:
    def new(row: tuple[Any, ...]) -> bool:
        return near.take(row[0])

    return new
