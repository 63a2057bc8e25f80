"""How many cells a grid has."""

from __future__ import annotations

from dataclasses import dataclass

from synthc.compiler.scope import Scope
from synthc.dsl import syntax


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """The least number of cells; `exact` if no slot is filled by rows that nobody has counted yet."""

    least: int
    exact: bool


def cells(item: syntax.Declaration, scope: Scope) -> Cells | None:
    """Return how many cells the grid of a declaration has; None if it starts at no grid."""
    if item.kind.name != "generate":
        return None
    thing = scope.program.thing(scope, item)
    slots = thing.settings.get("grid") if thing is not None else None
    if slots is None:
        return None
    least, exact = 1, True
    for slot in slots.values():
        if "list" in slot:
            # Equal values make cells of their own.
            least *= len(slot["list"])
        elif "range" in slot:
            low, high = slot["range"]
            least *= high - low + 1
        else:
            exact = False
    return Cells(least=least, exact=exact)
