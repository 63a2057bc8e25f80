"""Reads written types, with findings at the word that is wrong."""

from __future__ import annotations

from synthc.compiler.scope import Scope
from synthc.compiler.suggest import spelling
from synthc.compiler.types import SCALARS, Type, list_of
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Edit, Fix, error

ELSEWHERE = {"str": "text", "string": "text", "varchar": "text", "integer": "int", "long": "int", "double": "float", "number": "float", "real": "float", "boolean": "bool", "datetime": "date", "timestamp": "date", "percent": "share"}
"""What other languages call a type."""


def read_type(written: syntax.TypeSyntax, scope: Scope) -> Type | None:
    """Return a type, or None after reporting what is wrong with it."""
    if isinstance(written, syntax.NamedType):
        return _named(written, scope)
    if isinstance(written, syntax.ListType):
        of = read_type(written.of, scope)
        return of and list_of(of)
    if isinstance(written, syntax.ChoiceType):
        once = scope.all_once([(option.value, option.span) for option in written.options], "the option")
        return Type(kind="choice", options=tuple(option.value for option in written.options)) if once else None
    once = scope.all_once([(slot.name.name, slot.span) for slot in written.fields], "the field")
    fields = [(slot.name.name, read_type(slot.type, scope)) for slot in written.fields]
    if not once or any(of is None for _, of in fields):
        return None
    return Type(kind="record", fields=tuple((name, of) for name, of in fields if of is not None))


def _named(written: syntax.NamedType, scope: Scope) -> Type | None:
    found = SCALARS.get(written.name)
    if found is None:
        other = ELSEWHERE.get(written.name)
        help_, fix = spelling(written.name, SCALARS, written.span)
        if other is not None:
            help_, fix = f"it is called `{other}`", Fix(title=f"replace `{written.name}` by `{other}`", edits=(Edit(span=written.span, text=other),))
        known = "types are " + ", ".join(f"`{name}`" for name in SCALARS) + ", `list(T)`, records and choices"
        scope.report(error("unknown-type", f"`{written.name}` is no type", written.span, help=help_ or known, fix=fix))
    return found
