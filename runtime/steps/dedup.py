"""Keeps the first of rows that are equal in what they are compared by."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

import polars as pl

from synthc.compiler.graph import Node
from synthc.runtime.errors import InputError
from synthc.runtime.steps.stage import Around, Frames


async def STAGE(frames: Frames, around: Around) -> Frames:  # noqa: N802
    """Remember a hash of each row seen; 16 bytes a row is what it keeps."""
    seen: set[bytes] = set()
    async for whole in frames:
        around.count.rows_in += len(whole)
        frame, names = whole, []
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


def refuse_near(nodes: Iterable[Node]) -> None:
    """Raise for a step that only near duplicates would satisfy, before anything is asked."""
    for node in nodes:
        for step in node.steps:
            if step.verb == "dedup" and step.settings["near"] is not None:
                raise InputError(f"{step.place}: near-duplicate removal is not built yet; leave `near` out to remove exact duplicates")
