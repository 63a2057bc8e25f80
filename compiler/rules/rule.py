"""What a rule is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from synthc.compiler.program import Program
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule looks at one item at a time (`item`), or at the whole program once (`program`).

    `item` is called for each item of the kinds `of`, and only when the item itself has no error; it reads the
    program through the scope alone, so that its findings are kept while nothing it read has changed.
    `program` is called only when the program has no error.
    """

    name: str
    of: tuple[type[syntax.AnyItem], ...] = ()
    item: Callable[[Any, Scope], Iterator[Diagnostic]] | None = None
    program: Callable[[Program], Iterator[Diagnostic]] | None = None
