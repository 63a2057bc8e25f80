"""`spread 500 by topic`: evens rows out, so that no value has more than its share."""

from __future__ import annotations

from synthc.compiler.catalog.step import Marks, Outcome, StepCall, StepEntry
from synthc.compiler.typed import content


def apply(call: StepCall) -> Outcome | None:
    """Read the number and what rows are told apart by."""
    amount, by = call.amount(), call.clause("by")
    if by is None:
        return call.wrong()
    typed = content(call.expressions.check(by))
    if amount is None or typed.json is None:
        return None
    if typed.type.kind in {"range", "record", "list"}:
        return call.wrong(f"rows are told apart by one value, and this is {typed.type}", by.span)
    return Outcome(columns=call.columns, settings={**amount, "by": typed.json}, flow=typed.flow, inputs=typed.inputs)


STEP = StepEntry(
    usage="spread N by EXPRESSION",
    help="keeps the first N rows of each value, so that none has more than its share",
    marks=Marks.DROPS | Marks.LOOKS_ACROSS,
    apply=apply,
    clauses=("by",),
)
