"""Drops rows that share a run of words with rows of another node."""

from __future__ import annotations

import numpy as np
import polars as pl

from synthc.runtime.steps.shingles import Hashes, shingles
from synthc.runtime.steps.stage import Around, Frames


async def STAGE(frames: Frames, around: Around) -> Frames:  # noqa: N802
    """Read the other rows once; 8 bytes for each distinct run of theirs are kept."""
    settings = around.settings
    known = _runs(around)
    async for frame in frames:
        around.count.rows_in += len(frame)
        texts = frame[settings["of"]]
        texts = texts.struct.field("value") if isinstance(texts.dtype, pl.Struct) else texts
        done = frame.filter(pl.Series([not _shares(shingles(text, settings["words"]), known) for text in texts], dtype=pl.Boolean))
        around.count.filtered += len(frame) - len(done)
        around.count.rows_out += len(done)
        if not done.is_empty():
            yield done


def _runs(around: Around) -> Hashes:
    """Return the distinct runs of the other rows, in rising order."""
    name, column = around.settings["from"]["node"], around.settings["column"]
    found = np.empty(0, dtype=np.uint64)
    for frame in around.rows(name).frames([column]):
        texts = frame[column].struct.field("value") if isinstance(frame.schema[column], pl.Struct) else frame[column]
        found = np.unique(np.concatenate([found, *(shingles(text, around.settings["words"]) for text in texts)]))
    return found


def _shares(runs: Hashes, known: Hashes) -> bool:
    if not len(known):
        return False
    places = np.searchsorted(known, runs).clip(max=len(known) - 1)
    return bool((known[places] == runs).any())
