"""Steps as they are written, beside what they turned out to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from synthc.compiler.graph.columns import columns_in
from synthc.compiler.program import Thing
from synthc.compiler.scope import Scope
from synthc.compiler.types import Type
from synthc.dsl import syntax

ROW_BY_ROW = frozenset({"where", "let", "ask"})
"""Steps that look at one row and leave the others and their order alone."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Stage:
    """One step of some rows: as written, as in the graph, the columns around it, and which it `reads` and `makes`."""

    written: syntax.Step
    verb: str
    settings: Mapping[str, Any]
    before: Mapping[str, Type]
    columns: Mapping[str, Type]
    reads: frozenset[str]
    makes: frozenset[str]


Stages = tuple[Stage, ...]


def stages(item: syntax.Declaration, scope: Scope) -> Stages:
    """Return the steps of a declaration that has no mistake; none for what has no steps."""
    thing = scope.program.thing(scope, item)
    if thing is None or not len(item.steps) == len(thing.steps) == len(thing.after):
        return ()
    columns = [_first(item, scope), *(after.columns for after in thing.after)]
    return tuple(
        Stage(
            written=written,
            verb=step.verb,
            settings=step.settings,
            before=columns[i],
            columns=columns[i + 1],
            reads=_read(step.verb, step.settings),
            makes=_made(step.verb, step.settings),
        )
        for i, (written, step) in enumerate(zip(item.steps, thing.steps, strict=True))
    )


def _read(verb: str, settings: Mapping[str, Any]) -> frozenset[str]:
    named = settings.get("column")
    written = columns_in(settings["slots"] if verb == "ask" else list(settings.values()))
    return frozenset([named, *written] if isinstance(named, str) else written)


MADE = {"ask": "name", "let": "name", "explode": "as", "repeat": "as", "chunk": "column", "redact": "column"}
"""The setting that names the column which a step adds or changes."""


def _made(verb: str, settings: Mapping[str, Any]) -> frozenset[str]:
    made = settings.get(MADE.get(verb, ""))
    return frozenset({made}) if isinstance(made, str) else frozenset()


def _first(item: syntax.Declaration, scope: Scope) -> Mapping[str, Type]:
    """Return the columns before the first step; those of a grid are not told apart from each other."""
    rows = start(item, scope)
    return rows.columns if rows is not None else {}


def start(item: syntax.Declaration, scope: Scope) -> Thing | None:
    """Return the rows that a declaration begins with, None for a grid."""
    found = scope.find(item.value) if isinstance(item.value, syntax.Name | syntax.Field) else None
    return scope.program.thing(*found) if found else None
