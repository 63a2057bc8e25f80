"""Mixes rows by shares of words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from synthc.runtime.context import Context
from synthc.runtime.errors import InputError
from synthc.runtime.rows import ID, DatasetWriter
from synthc.runtime.schema import schema
from synthc.runtime.steps.shuffle import shuffled
from synthc.runtime.steps.stage import draw

WORDS = "_words"
NEARLY_ALL = 0.995
"""Where more than that of a part is used, it is not worth a sentence."""


def mix(context: Context) -> None:
    """Write the largest mixture that uses no row twice, or one of a wanted size, in which short parts repeat."""
    node, parts = context.node, context.node.settings["parts"]
    frames = [_part(context, part) for part in parts]
    sizes = [int(frame[WORDS].sum() or 0) for frame in frames]
    for part, size in zip(parts, sizes, strict=True):
        if size == 0:
            raise InputError(f"{node.place}: `{part['name']}`, a part of `{node.name}`, has no words to mix")
    total = node.settings["words"] or min(size / part["share"] for part, size in zip(parts, sizes, strict=True))
    if not node.settings["words"]:
        _tell_what_limits(context, sizes)
    taken = []
    for part, frame, size in zip(parts, frames, sizes, strict=True):
        wanted = round(total * part["share"])
        if wanted > size:
            context.note(f"`{part['name']}` is repeated {wanted / size:.2g} times to make {part['share']:.0%} of the mix")
        taken.append(_take(frame, wanted, size, context.seed))
    columns = schema(node, users=False)
    mixed = shuffled(pl.concat([frame.select(list(columns)) for frame in taken]), context.seed)
    writer = DatasetWriter(folder=context.folder, schema=columns)
    writer.write(mixed)
    read = sum(len(frame) for frame in frames)
    counts = {"in": read, "out": len(mixed), "filtered": 0, "duplicates": 0, "failed": 0, "added": 0}
    counts["filtered"], counts["added"] = max(0, read - len(mixed)), max(0, len(mixed) - read)
    words = {part["name"]: int(frame[WORDS].sum()) for part, frame in zip(parts, taken, strict=True)}
    writer.close({**counts, "words": words})


def _tell_what_limits(context: Context, sizes: Sequence[int]) -> None:
    """Say which part decides how large a mix may be that repeats nothing, and how much of the others is in it."""
    parts = context.node.settings["parts"]
    reach = [size / part["share"] for part, size in zip(parts, sizes, strict=True)]
    short = reach.index(min(reach))
    used = [f"{reach[short] / whole:.0%} of `{part['name']}`" for part, whole in zip(parts, reach, strict=True) if reach[short] / whole < NEARLY_ALL]
    if used:
        name, share = parts[short]["name"], parts[short]["share"]
        context.note(
            f"`{name}` is the short part: its {sizes[short]:,} words are to be {share * 100:.3g}% of all, so no more than {' and '.join(used)} goes in;"
            f" more of `{name}`, a smaller share of it, or `words = ...`, which repeats short parts, takes more"
        )


def _part(context: Context, part: Mapping[str, Any]) -> pl.DataFrame:
    wanted = [name for name in context.node.columns if name != "origin"]
    frames = list(context.rows(part["of"]["node"]).frames([ID, *wanted]))
    frame = pl.concat(frames)
    counted = pl.col("text").str.count_matches(r"\S+").cast(pl.Int64).alias(WORDS)
    return frame.with_columns(counted, pl.lit(part["name"]).alias("origin"))


def _take(frame: pl.DataFrame, wanted: int, size: int, seed: int) -> pl.DataFrame:
    """Return rows with about the wanted words, whole repetitions first, the rest drawn by id."""
    whole, rest = divmod(wanted, size)
    repeats = [_repetition(frame, index) for index in range(whole)]
    drawn = frame.with_columns(draw(frame[ID], seed, "mix").alias("_drawn")).sort("_drawn", ID).drop("_drawn")
    before = drawn[WORDS].cum_sum() - drawn[WORDS]
    repeats.append(_repetition(drawn.filter(before < rest), whole))
    return pl.concat(repeats)


def _repetition(frame: pl.DataFrame, index: int) -> pl.DataFrame:
    """Give the rows of a repetition ids of their own: the part's name and which repetition it is."""
    ids = pl.concat_str([pl.col(ID), pl.lit("@"), pl.col("origin"), pl.lit(f".{index}")])
    return frame.with_columns(ids.alias(ID))
