"""Which steps can be moved past each other."""

from __future__ import annotations

from synthc.compiler.graph import Step

ALIKE = frozenset({"where", "take", "sample", "top", "dedup", "spread"})
"""Steps that choose rows by their columns, ids and order, and say in expressions which columns those are."""


def pure(step: Step) -> bool:
    """Tell whether a step is an `ask` that only adds a column: none of its rows is dropped, set aside or moved."""
    return step.verb == "ask" and step.settings["on_fail"] == "keep"
