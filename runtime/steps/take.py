"""Keeps the first rows and stops what comes before it."""

from __future__ import annotations

from synthc.runtime.steps.stage import Around, Frames


async def STAGE(frames: Frames, around: Around) -> Frames:  # noqa: N802
    """Pass rows on until there are enough."""
    left = around.settings["count"]
    async for frame in frames:
        around.count.rows_in += len(frame)
        done = frame.head(left)
        left -= len(done)
        around.count.rows_out += len(done)
        around.count.filtered += len(frame) - len(done)
        if left == 0:
            await frames.aclose()
        yield done
