"""Finds the things that a declaration names, with what they must be."""

from __future__ import annotations

from synthc.compiler.program import Thing
from synthc.compiler.scope import Scope
from synthc.compiler.suggest import spelling
from synthc.compiler.types import TEXT, accepts
from synthc.compiler.wording import a, wanted
from synthc.dsl import syntax
from synthc.dsl.diagnostic import error
from synthc.dsl.source import Span

WORDS = {
    "rows": "rows",
    "vocab": "a vocabulary",
    "model": "a model",
    "trained": "a pre-trained or tuned model",
    "endpoint": "an endpoint",
}


def named(written: syntax.Expression | None, things: tuple[str, ...], scope: Scope, at: Span) -> Thing | None:
    """Return what a name stands for, or None after reporting that it is not one of some things."""
    what = " or ".join(WORDS[thing] for thing in things)
    if written is None:
        scope.report(error("missing-value", wanted(what), at))
        return None
    found = scope.must_find(written, what)
    thing = found and scope.program.thing(*found)
    if not thing:
        return None
    if thing.thing not in things:
        scope.report(error("wrong-kind", f"{wanted(what)}, and `{written.span.text}` is {a(thing.kind)}", written.span))
        return None
    return thing


def behind(declared: syntax.Declaration, word: str, scope: Scope) -> Thing | None:
    """Return the rows behind `on` or `over`."""
    written = clause(declared, word)
    if written is None:
        # Another word in its place has been reported already.
        if not declared.clauses:
            scope.report(error("missing-value", f"`{declared.name.name}` does not say {word} which rows", declared.name.span, help=f"write `{word} ROWS`"))
        return None
    return named(written, ("rows",), scope, declared.name.span)


NOUNS = {"evaluate": "metric", "vocab": "kind of vocabulary"}


def call(declared: syntax.Declaration, names: tuple[str, ...], scope: Scope) -> syntax.Call | None:
    """Return the call that makes a declaration, such as `lstm(keys)`, its name checked."""
    value = declared.value
    example = " or ".join(f"`{name}(...)`" for name in names)
    if not isinstance(value, syntax.Call) or not isinstance(value.function, syntax.Name):
        scope.report(error("wrong-value", f"{a(declared.kind.name)} is made by {example}", (value or declared.name).span))
        return None
    if value.function.name not in names:
        help_, fix = spelling(value.function.name, names, value.function.span)
        message = f"there is no {NOUNS.get(declared.kind.name, declared.kind.name)} `{value.function.name}(...)`"
        scope.report(error("unknown-function", message, value.function.span, help=help_ or f"possible: {example}", fix=fix))
        return None
    return value if scope.unnamed(value) and scope.all_once([(one.value.span.text, one.span) for one in value.arguments], "in this call") else None


def text_column(rows: Thing, column: str, scope: Scope, at: Span, mend: str = "say `column = NAME`") -> bool:
    """Check that some rows have a column of text."""
    if column in rows.columns and accepts(TEXT, rows.columns[column]):
        return True
    has = ", ".join(f"`{name}`" for name in rows.columns)
    problem = f"is {rows.columns[column]}" if column in rows.columns else "is not there"
    scope.report(error("unknown-column", f"`{rows.name}` is read by its column `{column}`, which {problem}", at, help=f"its columns are {has}; {mend}"))
    return False


def clause(declared: syntax.Declaration, word: str) -> syntax.Expression | None:
    """Return what stands behind `on` or `over`."""
    return next((c.value for c in declared.clauses if c.word == word), None)
