"""Keeps the first of rows that are equal in what they are compared by."""

from __future__ import annotations

from hashlib import blake2b

import polars as pl

from synthc.runtime.steps.stage import Around, Frames


async def STAGE(frames: Frames, around: Around) -> Frames:  # noqa: N802
    """Remember a hash of each row seen; 16 bytes a row is what it keeps."""
    seen: set[bytes] = set()
    async for frame in frames:
        around.count.rows_in += len(frame)
        names = []
        for index, json in enumerate(around.settings["by"]):
            names.append(f"_by{index}")
            frame = around.evaluate(frame, json, names[-1], what="what rows are compared by")
        keys = [blake2b(repr(row).encode(), digest_size=16).digest() for row in frame.select(names).iter_rows()]
        new = []
        for key in keys:
            new.append(key not in seen)
            seen.add(key)
        done = frame.filter(pl.Series(new, dtype=pl.Boolean)).drop(names)
        around.count.duplicates += len(frame) - len(done)
        around.count.rows_out += len(done)
        if not done.is_empty():
            yield done
