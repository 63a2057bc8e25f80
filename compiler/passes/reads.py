"""What steps read and which of them can be moved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from synthc.compiler.graph import Step

ALIKE = frozenset({"where", "take", "sample", "top", "dedup", "spread"})
"""Steps that choose rows by their columns, ids and order, and say in expressions which columns those are."""


def pure(step: Step) -> bool:
    """Tell whether a step is an `ask` that only adds a column: none of its rows is dropped, set aside or moved."""
    return step.verb == "ask" and step.settings["on_fail"] == "keep"


def columns_in(tree: Any) -> Iterator[str]:
    """Yield the columns that settings read.

    >>> list(columns_in({"op": ">", "args": [{"method": "p", "of": {"column": "a"}}, {"value": 0.5}]}))
    ['a']
    """
    if isinstance(tree, dict):
        if set(tree) == {"column"} and isinstance(tree["column"], str):
            yield tree["column"]
        for value in tree.values():
            yield from columns_in(value)
    elif isinstance(tree, list | tuple):
        for value in tree:
            yield from columns_in(value)
