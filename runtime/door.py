"""Finds what carries out a thing of another package, by the entry point that is named after it."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Any

from synthc.runtime.errors import InputError


def carried_out(group: str, name: str, place: str) -> Any:
    """Return what an entry point leads to.

    Raises:
        InputError: nobody here has one; the graph was compiled where somebody had.
    """
    found = next(iter(entry_points(group=group, name=name)), None)
    if found is None:
        raise InputError(f"{place}: no package here carries out `{name}`; install the one that it came from")
    return found.load()
