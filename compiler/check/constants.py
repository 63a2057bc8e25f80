"""`param name: type = value` and `let name = value`."""

from __future__ import annotations

from typing import Any

from synthc.compiler.check.types import read_type
from synthc.compiler.constant import Duration, Interval, Made, Share
from synthc.compiler.evaluate import Constants, NotConstant
from synthc.compiler.program import Thing
from synthc.compiler.scope import Scope
from synthc.compiler.types import (
    BOOL,
    FLOAT,
    INT,
    SHARE,
    TEXT,
    UNKNOWN,
    Type,
    accepts,
    common,
    list_of,
    range_of,
)  # fmt: skip
from synthc.dsl import syntax
from synthc.dsl.diagnostic import error
from synthc.dsl.parse import parse
from synthc.dsl.source import Source


def check(declared: syntax.Declaration, scope: Scope) -> Thing | None:
    """Return the constant."""
    wanted = _wanted(declared, scope)
    try:
        value = _value(declared, wanted, scope)
    except NotConstant:
        return None
    found = type_of(value)
    if found is None or (wanted is not None and not fits(value, wanted)):
        problem = "the items of a list have one type" if isinstance(value, list) else "this is no value that a constant can have"
        message = f"`{declared.name.name}` is declared as {wanted}, and this is {found}" if found else problem
        scope.report(error("wrong-type", message, (declared.value or declared.name).span))
        return None
    return Thing(
        name=scope.prefix + declared.name.name,
        thing="constant",
        kind=declared.kind.name,
        span=declared.name.span,
        type=wanted or found,
        value=value,
    )


def fits(value: Any, wanted: Type) -> bool:
    """Tell whether a constant may stand where a type is wanted; a text may be an option of a choice.

    >>> fits("yes", Type(kind="choice", options=("yes", "no"))), fits(5, TEXT)
    (True, False)
    """
    if wanted.kind == "choice" and isinstance(value, str):
        return value in wanted.options
    found = type_of(value)
    return found is not None and accepts(wanted, found)


def type_of(value: Any) -> Type | None:
    """Return the type of a constant, None if it has none in the language."""
    for python, type_ in ((bool, BOOL), (Share, SHARE), (int, INT), (float, FLOAT), (str, TEXT)):
        if isinstance(value, python) and not isinstance(value, Duration | Made):
            return type_
    if isinstance(value, Interval):
        return range_of(INT if isinstance(value.low, int) and isinstance(value.high, int) else FLOAT)
    if isinstance(value, list):
        of: Type | None = UNKNOWN
        for item in value:
            of = common(of or UNKNOWN, type_of(item) or UNKNOWN)
            if of is None:
                return None
        return list_of(of or UNKNOWN)
    if isinstance(value, dict):
        fields = {name: type_of(item) for name, item in value.items()}
        return None if None in fields.values() else Type(kind="record", fields=tuple((n, t) for n, t in fields.items() if t))
    return None


def _wanted(declared: syntax.Declaration, scope: Scope) -> Type | None:
    if declared.kind.name == "param" and declared.type is None:
        scope.report(error("missing-type", f"`{declared.name.name}` needs a type", declared.name.span, help=f"write `param {declared.name.name}: int = ...`"))
    if declared.type is None:
        return None
    return read_type(declared.type, scope)


def _value(declared: syntax.Declaration, wanted: Type | None, scope: Scope) -> Any:
    given = scope.program.params.get(declared.name.name) if declared.kind.name == "param" and not scope.prefix else None
    if given is not None:
        return _from_command_line(declared, given, wanted, scope)
    if declared.value is None:
        name = declared.name.name
        scope.report(error("unset-param", f"`{name}` has no value", declared.name.span, help=f"give it one here, or `--set {name}=...`"))
        raise NotConstant
    return Constants(scope=scope).evaluate(declared.value)


def _from_command_line(declared: syntax.Declaration, given: str, wanted: Type | None, scope: Scope) -> Any:
    value: Any = given
    if wanted is None or wanted.kind not in {"text", "choice"}:
        value = _read(declared.name.name, given, scope)
    if value is None or (wanted is not None and not fits(value, wanted)):
        message = f"`{declared.name.name}` is {wanted}, and `--set {declared.name.name}={given}` is not"
        scope.report(error("wrong-type", message, declared.name.span))
        raise NotConstant
    return value


def _read(name: str, given: str, scope: Scope) -> Any:
    """Return the value of what the command line says, None if it is none; mistakes in it are not shown one by one."""
    module, found = parse(Source(path=f"--set {name}", text=f"synth 1\nlet {name} = {given}\n"))
    items = [item for item in module.items if isinstance(item, syntax.Declaration)]
    before = len(scope.program.diagnostics)
    try:
        return None if found or len(items) != 1 or items[0].value is None else Constants(scope=scope).evaluate(items[0].value)
    except NotConstant:
        del scope.program.diagnostics[before:]
        return None
