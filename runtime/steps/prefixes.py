"""In which order questions are sent: those that begin alike together, so that a server that keeps what it has read reads it once.

All questions of a prompt share its text up to the first slot, and where the values of that slot repeat, as those of a grid do,
some share more. The order of rows and answers does not depend on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from synthc.runtime.steps.expression import expression

REPEATED = 2
"""How often each value of the first slot stands there, on average, from which on rows wait for each other."""


def windows(frame: pl.DataFrame, settings: Mapping[str, Any], questions: Sequence[Mapping[str, Any]], rows: int) -> Iterator[list[int]]:
    """Yield the places of all rows, a few rows at a time, each few in the order in which they are sent; one by one where none begin alike."""
    if not _begin_alike(frame, settings):
        yield from ([place] for place in range(len(frame)))
        return
    for start in range(0, len(frame), max(1, rows)):
        places = range(start, min(len(frame), start + max(1, rows)))
        yield sorted(places, key=lambda place: _text(questions[place]))


def _begin_alike(frame: pl.DataFrame, settings: Mapping[str, Any]) -> bool:
    """Tell whether the values of the first slot repeat."""
    prompt = settings["prompt"]
    parts = prompt["complete"] if prompt["complete"] is not None else [part for message in prompt["messages"] for part in message["parts"]]
    first = next((part["hole"] for part in parts if not isinstance(part, str)), None)
    if first is None:
        return False
    slots = frame.select(pl.lit(0).alias("_"), *(expression(json).alias(slot) for slot, json in settings["slots"].items()))
    value = slots.select(expression(first).alias("hole"))["hole"]
    return 1 < value.n_unique() <= len(frame) / REPEATED


def _text(question: Mapping[str, Any]) -> str:
    """Return a question as it is read."""
    return question["complete"] or "\n".join(message.content for message in question["messages"] or ())
