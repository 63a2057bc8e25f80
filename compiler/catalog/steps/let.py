"""`let name = expression`: adds a column."""

from __future__ import annotations

from synthc.compiler.catalog.step import Marks, Outcome, StepCall, StepEntry
from synthc.compiler.typed import content


def apply(call: StepCall) -> Outcome | None:
    """Add the column; one that is there already is changed, which a filter may not."""
    if len(call.step.arguments) != 1 or call.step.arguments[0].name is None:
        return call.wrong()
    name = call.step.arguments[0].name.name
    typed = content(call.expressions.check(call.step.arguments[0].value))
    if typed.json is None:
        return None
    if typed.type.kind == "range":
        return call.wrong("a range is no value of a column; it stands behind `in`")
    return Outcome(
        columns={**call.columns, name: typed.type},
        settings={"name": name, "expr": typed.json},
        flow=typed.flow,
        inputs=typed.inputs,
        marks=Marks.CHANGES if name in call.columns else Marks.NONE,
    )


STEP = StepEntry(usage="let NAME = EXPRESSION", help="adds a column", marks=Marks.ADDS, apply=apply)
