"""What was made of each item, kept while nothing that was read for it has changed.

A question about an item is answered once and the answer kept together with what was looked up on the way: names,
imports, other items. A later question gets the same answer if all of that would be looked up the same again. So an
edit is checked as if it stood alone, and what it doesn't touch isn't looked at. The idea is that of rustc's query
system and of Salsa.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic

if TYPE_CHECKING:
    from synthc.compiler.program import Program

Look = Callable[..., Any]
"""Looks something up in a program, given what was asked for."""


@dataclass(slots=True, kw_only=True)
class Answer:
    """What was found out about one item: a value, findings, and what was looked up.

    What was looked up is by the look and its arguments; it is the same again if it is one and the same, or an equal
    tuple or set of things.
    """

    value: Any = None
    found: list[Diagnostic] = field(default_factory=list)
    looked: dict[tuple[Any, ...], Any] = field(default_factory=dict)
    passing: bool = False

    def holds(self, program: Program) -> bool:
        """Whether all would be looked up the same again."""
        return all(_same(look(program, *asked), answer) for (look, *asked), answer in self.looked.items())


def _same(one: Any, other: Any) -> bool:
    return one is other or (isinstance(one, tuple | frozenset) and one == other)


@dataclass(slots=True)
class Memory:
    """The answers of a session, by item and question."""

    _answers: dict[int, tuple[syntax.Item, dict[tuple[str, str], Answer]]] = field(default_factory=dict)

    def get(self, item: syntax.Item, question: tuple[str, str]) -> Answer | None:
        """Return the last answer to a question about an item."""
        return self._answers[id(item)][1].get(question) if id(item) in self._answers else None

    def keep(self, item: syntax.Item, question: tuple[str, str], answer: Answer) -> None:
        """Keep an answer in the place of an older one."""
        self._answers.setdefault(id(item), (item, {}))[1][question] = answer

    def forget(self, items: Iterable[syntax.Item]) -> None:
        """Forget all about items that are gone."""
        for item in items:
            self._answers.pop(id(item), None)

    def looked(self, look: Look) -> Iterator[tuple[Any, ...]]:
        """Yield what was asked of a look for any answer."""
        for _, answers in self._answers.values():
            for answer in answers.values():
                yield from (asked[1:] for asked in answer.looked if asked[0] is look)
