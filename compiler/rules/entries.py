"""Finds settings and examples in blocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from synthc.dsl import syntax
from synthc.dsl.diagnostic import Edit


def entry(block: syntax.Settings | None, name: str) -> syntax.Setting | None:
    """Return a setting of a block as it is written."""
    found = (one for one in (block.entries if block else ()) if isinstance(one, syntax.Setting) and one.name.name == name)
    return next(found, None)


def examples(prompt: syntax.Prompt) -> Iterator[syntax.Case]:
    """Yield the examples of a prompt."""
    for group in prompt.settings.entries if prompt.settings else ():
        if isinstance(group, syntax.Cases):
            yield from group.cases


def given(case: syntax.Case) -> tuple[object, ...]:
    """Return what a case gives to the slots, in a form that is equal where the values are."""
    return tuple(said(one) for one in case.inputs)


def said(written: syntax.Expression) -> object:
    """Return the value of a literal, or the words of anything else."""
    if isinstance(written, syntax.Text | syntax.Number | syntax.Boolean):
        return (type(written), written.value)
    return tuple(written.span.text.split())


def repeated(cases: Sequence[syntax.Case]) -> Iterator[tuple[syntax.Case, syntax.Case, Edit]]:
    """Yield pairs of cases that give the same, with the edit that takes the second away."""
    seen: dict[tuple[object, ...], syntax.Case] = {}
    for i, case in enumerate(cases):
        first = seen.setdefault(given(case), case)
        if first is not case:
            span = case.span.source.span(cases[i - 1].span.end, case.span.end)
            yield first, case, Edit(span=span, text="")


def alike(one: syntax.Case, other: syntax.Case) -> bool:
    """Tell whether two cases expect the same."""
    return said(one.expected) == said(other.expected)
