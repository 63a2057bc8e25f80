"""`chunk text { max_words = 60 }`: cuts a text at line and sentence ends into pieces, one row each."""

from __future__ import annotations

from synthc.compiler.catalog.step import Marks, Outcome, StepCall, StepEntry
from synthc.compiler.catalog.values import Count, Settings
from synthc.compiler.types import TEXT


class Chunk(Settings):
    """The most words a piece has; pieces below `min_words` are dropped."""

    max_words: Count = 60
    min_words: Count = 1


def apply(call: StepCall) -> Outcome | None:
    """Cut the column."""
    column = call.name(call.step.arguments[0].value) if len(call.step.arguments) == 1 else None
    settings = call.settings(Chunk)
    if column is None:
        return call.wrong()
    typed = call.expressions.check(call.step.arguments[0].value, TEXT)
    if typed.json is None or settings is None:
        return None
    return Outcome(columns=call.columns, settings={"column": column, **settings.model_dump()})


STEP = StepEntry(
    usage="chunk TEXT { max_words = N }",
    help="cuts a text into pieces of at most so many words",
    marks=Marks.MULTIPLIES | Marks.CHANGES | Marks.DROPS,
    apply=apply,
    settings=Chunk,
)
