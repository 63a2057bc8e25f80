"""Values for params that only a command line gives, so that an editor knows the columns and types of what rests on them."""

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.program import Program
from synthc.dsl import syntax

_SCALARS = {"text": '"x"', "int": "1", "float": "1.5", "bool": "true", "share": "50%"}


def unset(program: Program) -> dict[str, str]:
    """Return a value, as `--set` would give it, for each param of a spec that has none and whose type allows one."""
    found = {item.name.name: _given(item.type) for item in _without_value(program) if item.type is not None}
    return {name: value for name, value in found.items() if value is not None}


def _without_value(program: Program) -> Iterator[syntax.Declaration]:
    for item in program.main.syntax.items:
        if isinstance(item, syntax.Declaration) and item.kind.name == "param" and item.value is None:
            yield item


def _given(written: syntax.TypeSyntax) -> str | None:
    """Return a value as the command line takes it: a text or an option of a choice stands there without quotes."""
    value = _literal(written)
    bare = isinstance(written, syntax.ChoiceType) or (isinstance(written, syntax.NamedType) and written.name == "text")
    return value[1:-1] if bare and value is not None else value


def _literal(written: syntax.TypeSyntax) -> str | None:
    if isinstance(written, syntax.NamedType):
        return _SCALARS.get(written.name)
    if isinstance(written, syntax.ChoiceType):
        return written.options[0].span.text
    if isinstance(written, syntax.ListType):
        inner = _literal(written.of)
        return None if inner is None else f"[{inner}]"
    fields = {slot.name.name: _literal(slot.type) for slot in written.fields}
    return None if None in fields.values() else f"record({', '.join(f'{name} = {value}' for name, value in fields.items())})"
