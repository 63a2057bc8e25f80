"""Which columns expressions read, as a graph has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


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
