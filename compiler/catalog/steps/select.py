"""`select text, n = words(text)`: keeps the columns named and makes others."""

from __future__ import annotations

from synthc.compiler.catalog.step import Marks, Outcome, StepCall, StepEntry
from synthc.compiler.privacy import join
from synthc.compiler.typed import Typed, content
from synthc.compiler.types import Type


def apply(call: StepCall) -> Outcome | None:
    """Keep and make columns; a rename or a changed column is a change."""
    named = [(a.name.name if a.name else a.value.span.text, a.span) for a in call.step.arguments]
    if not named or not call.scope.all_once(named, "the column"):
        return None if named else call.wrong()
    made: dict[str, Typed] = {}
    types: dict[str, Type] = {}
    changed = False
    for argument in call.step.arguments:
        name = argument.name.name if argument.name else call.name(argument.value)
        if name is None:
            return call.wrong("an expression needs a name here", argument.span)
        typed = call.expressions.check(argument.value)
        if typed.json is None:
            return None
        if typed.type.kind == "range":
            return call.wrong("a range is no value of a column; it stands behind `in`", argument.span)
        kept = typed.json == {"column": name}
        made[name] = typed if kept else content(typed)
        types[name] = made[name].type
        changed = changed or (name in call.columns and not kept) or (not kept and typed.json.get("column") in call.columns)
    return Outcome(
        columns=types,
        settings={"columns": {name: typed.json for name, typed in made.items()}},
        flow=join(*(typed.flow for typed in made.values())),
        inputs=tuple(name for typed in made.values() for name in typed.inputs),
        marks=Marks.CHANGES if changed else Marks.NONE,
    )


STEP = StepEntry(usage="select COLUMN, NAME = EXPRESSION", help="keeps some columns and makes others", marks=Marks.NONE, apply=apply)
