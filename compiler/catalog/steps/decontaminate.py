"""`decontaminate text from held_out`: drops rows that share a run of words with other rows."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from synthc.compiler.catalog.step import Marks, Outcome, StepCall, StepEntry
from synthc.compiler.catalog.values import Count, Settings, Unit, Words
from synthc.compiler.check.references import named, text_column
from synthc.compiler.graph import Privacy
from synthc.compiler.privacy import private_flow
from synthc.compiler.types import TEXT


class Decontaminate(Settings):
    """`words` in a row that both have make a row drop; a shorter text drops where it is the same.

    `column` is the text of the rows that are compared with.
    """

    words: Annotated[Count, Unit("words")] = Field(13, description="How many words in a row both texts must have.")
    column: Words = Field("text", description="The column of the other rows that is compared with.")


def apply(call: StepCall) -> Outcome | None:
    """Check both texts; what the other rows say decides about these, so they may not be private."""
    written, settings, other = call.only, call.settings(Decontaminate), call.clause("from")
    column = call.name(written)
    if written is None or column is None or other is None:
        return call.wrong()
    typed = call.expressions.check(written, TEXT)
    rows = named(other, ("rows",), call.scope, other.span)
    if typed.json is None or settings is None or rows is None or not text_column(rows, settings.column, call.scope, other.span):
        return None
    if rows.flow.label is Privacy.PRIVATE:
        remedy = "compare with public text: which rows are left would tell what the private ones say"
        call.scope.report(private_flow(rows.flow, other.span, "a choice among rows", remedy))
        return None
    return Outcome(
        columns=call.columns,
        settings={"of": column, "from": {"node": rows.name}, **settings.model_dump()},
        flow=rows.flow,
        inputs=(rows.name,),
    )


STEP = StepEntry(
    usage="decontaminate TEXT from ROWS { words = 13 }",
    help="drops rows that share so many words in a row with other rows, such as those a model is judged on",
    marks=Marks.DROPS,
    apply=apply,
    clauses=("from",),
    settings=Decontaminate,
)
