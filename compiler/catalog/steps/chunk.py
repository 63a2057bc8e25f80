"""`chunk text { max_words = 60 }`: cuts a text at line and sentence ends into pieces, one row each."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from synthc.compiler.catalog.step import Marks, Outcome, StepCall, StepEntry
from synthc.compiler.catalog.values import Count, Settings, Unit
from synthc.compiler.types import TEXT


class Chunk(Settings):
    """The most words a piece has; pieces below `min_words` are dropped."""

    max_words: Annotated[Count, Unit("words")] = Field(60, description="The most words a piece has.")
    min_words: Annotated[Count, Unit("words")] = Field(1, description="Shorter pieces are dropped.")


def apply(call: StepCall) -> Outcome | None:
    """Cut the column."""
    written, settings = call.only, call.settings(Chunk)
    column = call.name(written)
    if written is None or column is None:
        return call.wrong()
    typed = call.expressions.check(written, TEXT)
    if typed.json is None or settings is None:
        return None
    if settings.min_words > settings.max_words:
        return call.wrong("no piece is as long as `min_words` and as short as `max_words`")
    return Outcome(columns=call.columns, settings={"column": column, **settings.model_dump()})


STEP = StepEntry(
    usage="chunk TEXT { max_words = N }",
    help="cuts a text into pieces of at most so many words",
    marks=Marks.MULTIPLIES | Marks.CHANGES | Marks.DROPS,
    apply=apply,
    settings=Chunk,
)
