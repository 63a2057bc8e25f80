"""`param name: type = value` and `let name = value`."""

from __future__ import annotations

from typing import Any

from synthc.compiler.catalog.functions import ALSO_CALLED, FUNCTIONS
from synthc.compiler.check.types import read_type
from synthc.compiler.constant import AtRun, Made, fits, type_of
from synthc.compiler.evaluate import Constants, LeftToRun, NotConstant
from synthc.compiler.expression import Expressions
from synthc.compiler.program import Thing
from synthc.compiler.scope import Scope
from synthc.compiler.suggest import spelling
from synthc.compiler.types import FLOAT, SHARE, Type
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
    if isinstance(value, Made):
        _no_constant(value, scope)
        return None
    found = type_of(value)
    if found is None or (wanted is not None and not fits(value, wanted)):
        problem = "the items of a list have one type" if isinstance(value, list) else "this is no value that a constant can have"
        message = f"`{declared.name.name}` is declared as {wanted}, and this is {found}" if found else problem
        shares = {wanted, found} == {FLOAT, SHARE}
        scope.report(error("wrong-type", message, (declared.value or declared.name).span, help="a share is written `20%`, and is not a float" if shares else None))
        return None
    return Thing(
        name=scope.prefix + declared.name.name,
        thing="constant",
        kind=declared.kind.name,
        span=declared.name.span,
        type=wanted or found,
        value=value,
    )


def _no_constant(made: Made, scope: Scope) -> None:
    """Report a call that makes no value of the language: a function that is not there, or what only a setting takes."""
    word = ALSO_CALLED.get(made.name, made.name)
    help_, _ = spelling(word, FUNCTIONS, made.span)
    scope.report(error("unknown-function", f"no function `{made.name}` makes a constant", made.span, help=help_))


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
    try:
        return Constants(scope=scope, later=declared.kind.name == "let").evaluate(declared.value)
    except LeftToRun:
        typed = Expressions(scope=scope, what="a constant").check(declared.value)
        if typed.json is None:
            raise
        return AtRun(type=typed.type.content, json=typed.json)


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
