"""The cases of `examples` and of a `test`: what fills the slots, and what is expected of the answer."""

from __future__ import annotations

from typing import Any

from synthc.compiler import constant
from synthc.compiler.constant import fits, type_of
from synthc.compiler.evaluate import Constants, NotConstant
from synthc.compiler.expression import Expressions
from synthc.compiler.scope import Scope
from synthc.compiler.types import Type, answer_of
from synthc.dsl import syntax
from synthc.dsl.diagnostic import error


def check_cases(cases: tuple[syntax.Case, ...], slots: dict[str, Type], answer: Type, scope: Scope, *, examples: bool = False) -> list[dict[str, Any]]:
    """Return the cases of `examples` or a `test`: slots by name, what is expected, the place."""
    found = []
    for case in cases:
        if len(case.inputs) != len(slots):
            scope.report(error("wrong-case", f"the prompt has {len(slots)} slot{'s' * (len(slots) != 1)}, and this case gives {len(case.inputs)}", case.span))
            continue
        if examples and _mentions_answer(case.expected):
            scope.report(error("wrong-case", "an example shows an answer, and this is a condition on one", case.expected.span, help="conditions belong into a `test`"))
            continue
        values: dict[str, Any] = {}
        try:
            for (name, of), written in zip(slots.items(), case.inputs, strict=True):
                values[name] = _literal(written, of, f"slot `{name}`", scope)
            expected = _expected(case.expected, answer, scope)
        except NotConstant:
            continue
        found.append({"slots": values, "expected": expected, "place": case.span.place})
    return found


def _literal(written: syntax.Expression, of: Type, what: str, scope: Scope) -> Any:
    value = Constants(scope=scope).evaluate(written)
    if not fits(value, of):
        scope.report(error("wrong-type", f"{what} is {of}, and this is {type_of(value) or 'no literal'}", written.span))
        raise NotConstant
    return constant.to_json(value)


def _expected(written: syntax.Expression, answer: Type, scope: Scope) -> dict[str, Any]:
    if not _mentions_answer(written):
        return {"value": _literal(written, answer, "the answer", scope)}
    typed = Expressions(scope=scope, columns={"answer": answer_of(answer)}).check(written)
    if typed.type.kind not in {"bool", "unknown"}:
        scope.report(error("wrong-type", "an expectation over `answer` is true or false", written.span))
    if typed.json is None:
        raise NotConstant
    return {"check": typed.json}


def _mentions_answer(written: syntax.Expression) -> bool:
    return any(isinstance(part, syntax.Name) and part.name == "answer" for part in syntax.walk(written))
