"""Finds settings and examples in blocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """A case that gives what a case before it gave; `removal` takes it away."""

    first: syntax.Case
    case: syntax.Case
    removal: Edit

    @property
    def alike(self) -> bool:
        """Whether both expect the same."""
        return said(self.first.expected) == said(self.case.expected)


def repeated(cases: Sequence[syntax.Case]) -> Iterator[Repeated]:
    """Yield the cases that give what a case before them gave."""
    seen: dict[tuple[object, ...], syntax.Case] = {}
    for i, case in enumerate(cases):
        first = seen.setdefault(given(case), case)
        if first is not case:
            span = case.span.source.span(cases[i - 1].span.end, case.span.end)
            yield Repeated(first=first, case=case, removal=Edit(span=span, text=""))
