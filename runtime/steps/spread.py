"""Keeps the first rows of each value."""

from __future__ import annotations

from collections import Counter

import polars as pl

from synthc.runtime.steps.stage import Around, Frames

BY = "_spread_by"


async def STAGE(frames: Frames, around: Around) -> Frames:  # noqa: N802
    """Count the rows of each value as they pass."""
    most = around.settings["count"]
    passed: Counter[object] = Counter()
    async for whole in frames:
        around.count.rows_in += len(whole)
        frame = around.evaluate(whole, around.settings["by"], BY, what="what rows are spread by")
        kept = []
        for value in frame[BY]:
            passed[value] += 1
            kept.append(passed[value] <= most)
        done = frame.filter(pl.Series(kept, dtype=pl.Boolean)).drop(BY)
        around.count.filtered += len(frame) - len(done)
        around.count.rows_out += len(done)
        if not done.is_empty():
            yield done
