"""`repeat 4 as attempt`: each row several times, so that a prompt is asked for several answers."""

from __future__ import annotations

from synthc.compiler.catalog.step import Marks, Outcome, StepCall, StepEntry
from synthc.compiler.types import INT


def apply(call: StepCall) -> Outcome | None:
    """Read the number, and the column that counts the repetitions from 0 if there is to be one."""
    amount, name = call.amount(), call.name(call.clause("as"))
    if call.clause("as") is not None and name is None:
        return call.wrong()
    if amount is None:
        return None
    if name in call.columns:
        return call.wrong(f"there is a column `{name}` already", call.step.span)
    counted = {} if name is None else {name: INT}
    return Outcome(columns={**call.columns, **counted}, settings={**amount, "as": name})


STEP = StepEntry(
    usage="repeat N [as NAME]",
    help="makes each row N rows, whose questions draw answers of their own; NAME counts them from 0",
    marks=Marks.MULTIPLIES,
    apply=apply,
    clauses=("as",),
    amounts=("a number of times",),
)
