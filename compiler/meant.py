"""What the writer of an expression may have meant: how the same is said here."""

from __future__ import annotations

from synthc.compiler.catalog.functions import ALSO_CALLED, FUNCTIONS
from synthc.compiler.suggest import spelling
from synthc.compiler.typed import Typed
from synthc.compiler.types import TEXT
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Edit, Fix, Safety
from synthc.dsl.source import Span


def as_the_other(written: syntax.Binary) -> str | None:
    """Return how the literal of a pair would be written as what the other side is."""
    for side in (written.right, written.left):
        if isinstance(side, syntax.Share):
            return f"write `{side.value:g}`"
        if isinstance(side, syntax.Number):
            return f"write `{side.value * 100:g}%`"
    return None


def function_meant(name: str, span: Span) -> tuple[str | None, Fix | None]:
    """Return the function that a word stands for elsewhere, or that is spelled much like it."""
    other = ALSO_CALLED.get(name)
    if other == "count":  # of what, only the author knows
        return "it is called `characters` of a text and `count` of a list", None
    if other is None:
        return spelling(name, {*FUNCTIONS, "logprob", "record"}, span)
    return f"it is called `{other}`", Fix(title=f"replace `{name}` by `{other}`", edits=(Edit(span=span, text=other),), safety=Safety.SAFE)


def comparable(left: Typed, right: Typed) -> str | None:
    """Return how a date is written, or a column of numbers declared, where it is compared with a text."""
    kinds = {left.type.kind, right.type.kind}
    column = next((side.json["column"] for side in (left, right) if side.type == TEXT and "column" in side.json), None)
    if column is not None and kinds & {"int", "float"}:
        return f"if it holds numbers, its source says so: `{column}: int = .{column}`"
    return 'a date is written `date("2024-12-31")`' if kinds == {"date", "text"} else None


def column_meant(entry: syntax.Setting) -> tuple[str | None, Fix | None]:
    """Return the mend of a column of a source whose dot was forgotten: `text = body`."""
    if not isinstance(entry.value, syntax.Name | syntax.Field):
        return None, None
    said = f"{entry.name.name} = .{entry.value.span.text}"
    return f"a column begins with a dot: `{said}`", Fix(title=f"write `{said}`", edits=(Edit(span=entry.value.span, text=f".{entry.value.span.text}"),), safety=Safety.UNSAFE)
