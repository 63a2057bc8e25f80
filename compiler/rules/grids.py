"""How many cells a grid has."""

from __future__ import annotations

from synthc.compiler.scope import Scope
from synthc.dsl import syntax


def cells(item: syntax.Declaration, scope: Scope) -> tuple[int, bool] | None:
    """Return the least number of cells, and whether it is exact: rows that fill a slot are counted by a run.

    None is for what starts at no grid.
    """
    thing = scope.program.thing(scope, item) if item.kind.name == "generate" else None
    slots = thing.settings.get("grid") if thing is not None else None
    if slots is None:
        return None
    least, exact = 1, True
    for slot in slots.values():
        if "list" in slot:
            least *= len(slot["list"])
        elif "range" in slot:
            low, high = slot["range"]
            least *= high - low + 1
        else:
            exact = False
    return least, exact
