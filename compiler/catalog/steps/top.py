"""`top 20% by fit`: keeps the rows with the largest values; a share counts words."""

from __future__ import annotations

from synthc.compiler.catalog.step import Marks, Outcome, StepCall, StepEntry
from synthc.compiler.types import FLOAT, TEXT


def apply(call: StepCall) -> Outcome | None:
    """Read the amount and what rows are ordered by."""
    amount, by = call.amount(), call.clause("by")
    if by is None:
        return call.wrong()
    typed = call.expressions.check(by, FLOAT)
    if amount is None or typed.json is None:
        return None
    if "share" in amount and call.columns.get("text") != TEXT:
        return call.wrong("a share of `top` counts the words of `text`, and there is no such column here")
    return Outcome(columns=call.columns, settings={**amount, "by": typed.json}, flow=typed.flow, inputs=typed.inputs)


STEP = StepEntry(
    usage="top N by EXPRESSION",
    help="keeps the rows with the largest values; a share counts words of `text`",
    marks=Marks.DROPS | Marks.LOOKS_ACROSS,
    apply=apply,
    clauses=("by",),
    amounts=("a number of rows", "a share"),
)
