"""What a rule is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from synthc.compiler.program import Program
from synthc.compiler.rules.conditions import Conditions
from synthc.compiler.rules.steps import Stages
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Rule:
    """A rule looks at one item at a time (`item`), or at what all rules share of it, or at the whole program once (`program`).

    `item` is called for each item of the kinds `of` that has no error itself and holds one of the `words`;
    so is `steps`, with the steps of rows, and `conditions`, with what their conditions are made of. They read the program
    through the scope alone, so that what they find is kept while nothing they read has changed.
    `program` is called only when the program has no error.
    """

    name: str
    of: tuple[type[syntax.AnyItem], ...] = (syntax.Declaration,)
    words: tuple[str, ...] = ("",)
    item: Callable[[Any, Scope], Iterator[Diagnostic]] | None = None
    steps: Callable[[Stages, syntax.Declaration, Scope], Iterator[Diagnostic]] | None = None
    conditions: Callable[[Conditions], Iterator[Diagnostic]] | None = None
    program: Callable[[Program], Iterator[Diagnostic]] | None = None
