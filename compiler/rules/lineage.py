"""What rows are made from, and what models learnt from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from synthc.compiler.program import Program, Thing

Things = Mapping[str, Thing]


def by_name(program: Program) -> Things:
    """Return all that a program declares, by the names of the graph."""
    return {thing.name: thing for thing in program.all_things()}


def made_from(names: Iterable[str], things: Things) -> frozenset[str]:
    """Return some rows with all rows that they are made from."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found and name in things and things[name].thing == "rows":
            found.add(name)
            waiting.extend(things[name].inputs)
    return frozenset(found)


def learnt_from(model: Thing, things: Things) -> dict[str, Thing]:
    """Return the rows that a model was trained or tuned on, and those it began from, each with the training."""
    found: dict[str, Thing] = {}
    current: Thing | None = model
    while current is not None and current.thing == "trained":
        rows = current.settings["users"] if current.kind == "federate" else current.settings["rows"]
        found.setdefault(rows["node"], current)
        current = things.get(current.settings["model"]["node"])
    return found
