"""`where condition`: keeps the rows for which it holds."""

from __future__ import annotations

from typing import Any

from synthc.compiler.catalog.step import Marks, Outcome, StepCall, StepEntry
from synthc.compiler.types import BOOL


def apply(call: StepCall) -> Outcome | None:
    """Type the condition; `where a.ok` makes a kept answer readable."""
    if call.only is None:
        return call.wrong()
    typed = call.expressions.check(call.only, BOOL)
    if typed.json is None:
        return None
    return Outcome(
        columns=call.columns,
        settings={"expr": typed.json},
        flow=typed.flow,
        inputs=typed.inputs,
        kept=call.kept - set(_proved(typed.json)),
    )


def _proved(json: Any) -> list[str]:
    if json.get("op") == "and":
        return [name for part in json["args"] for name in _proved(part)]
    if json.get("field") == "ok":
        return [json["of"].get("column", "")]
    return []


STEP = StepEntry(
    usage="where CONDITION",
    help="keeps the rows for which a condition holds",
    marks=Marks.DROPS,
    apply=apply,
)
