"""A mix in a rehearsal: how many rows its words make, from the words of its parts."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from synthc.compiler.graph import Node
from synthc.runtime.rehearsal.sample import Sample
from synthc.runtime.schema import schema

SHOWN = 2000
"""Rows of each part that stand for all of them."""


def mixed(node: Node, samples: Mapping[str, Sample]) -> Sample:
    """Return rows of all parts, standing for the largest mixture that uses no row twice, or for one of the wanted size."""
    parts = [(part["name"], part["share"], samples[part["of"]["node"]]) for part in node.settings["parts"]]
    words = {name: _words(sample.frame) * sample.scale for name, _, sample in parts}
    total = node.settings["words"] or min(words[name] / share for name, share, _ in parts)
    rows = {name: total * share / max(1.0, words[name]) * sample.total for name, share, sample in parts}
    wanted = list(schema(node, users=False))
    frames = [_some(sample, rows[name] / sum(rows.values())).with_columns(pl.lit(name).alias("origin")).select(wanted) for name, _, sample in parts]
    frame = pl.concat(frames)
    variance = sum(sample.variance * (rows[name] / sum(rows.values())) ** 2 for name, _, sample in parts)
    guessed = any(sample.guessed for *_, sample in parts)
    return Sample(frame=frame, scale=sum(rows.values()) / max(1, len(frame)), variance=variance, guessed=guessed)


def _words(frame: pl.DataFrame) -> int:
    return int(frame["text"].str.count_matches(r"\S+").cast(pl.Int64).sum() or 0)


def _some(sample: Sample, share: float) -> pl.DataFrame:
    return sample.cut(max(1, round(share * SHOWN))).frame
