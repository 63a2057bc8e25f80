"""`where condition`: keeps the rows for which it holds."""

from __future__ import annotations

from typing import Any

from synthc.compiler.catalog.step import Marks, Outcome, StepCall, StepEntry
from synthc.compiler.types import BOOL
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Edit, Fix, Safety, error
from synthc.dsl.tokens import tokens


def apply(call: StepCall) -> Outcome | None:
    """Type the condition; `where a.ok` makes a kept answer readable."""
    if len(call.step.arguments) == 1 and call.step.arguments[0].name is not None:
        call.scope.report(_single_equals(call.step.arguments[0].name, call.step.arguments[0].value))
        return None
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


def _single_equals(name: syntax.Identifier, value: syntax.Expression) -> Diagnostic:
    """Return the error for `where kind = "a"`, which reads like a value for something called `kind`."""
    source = name.span.source
    sign = next(token for token in tokens(source.text, name.span.end, value.span.start) if token.text == "=")
    place = source.span(sign.start, sign.end)
    fix = Fix(title="write `==`", edits=(Edit(span=place, text="=="),), safety=Safety.UNSAFE)
    return error("single-equals", "`=` gives a value, it doesn't compare", place, help="write `==`", fix=fix)


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
