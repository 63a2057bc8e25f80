"""Cuts a text at line and sentence ends into pieces of at most so many words."""

from __future__ import annotations

import re
from collections.abc import Iterator

import polars as pl

from synthc.runtime.steps.explode import ordinals
from synthc.runtime.steps.stage import Around, each

ENDS = re.compile(r"(?<=[.!?\u2026])\s+|\n+")


def pieces(text: str, most: int, least: int) -> Iterator[str]:
    """Yield pieces in order; a sentence longer than a piece is cut between words.

    >>> list(pieces("One two. Three four five. Six.", 4, 1))
    ['One two.', 'Three four five. Six.']
    """
    waiting: list[str] = []
    for sentence in ENDS.split(text):
        words = sentence.split()
        if len(waiting) + len(words) > most and waiting:
            if len(waiting) >= least:
                yield " ".join(waiting)
            waiting = []
        while len(words) > most:
            yield " ".join(words[:most])
            words = words[most:]
        waiting += words
    if waiting and len(waiting) >= least:
        yield " ".join(waiting)


def work(frame: pl.DataFrame, around: Around) -> pl.DataFrame:
    """Cut one frame's texts; a text without a piece is filtered."""
    settings, column = around.settings, around.settings["column"]
    cut = [list(pieces(text, settings["max_words"], settings["min_words"])) for text in frame[column]]
    frame = frame.with_columns(pl.Series(column, cut, dtype=pl.List(pl.String)))
    full = frame.filter(pl.col(column).list.len() > 0)
    around.count.filtered += len(frame) - len(full)
    done = ordinals(full, column)
    around.count.added += len(done) - len(full)
    return done


STAGE = each(work)
