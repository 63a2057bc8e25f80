"""Steps as they are written, beside what they turned out to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from synthc.compiler.check.messages import columns_in
from synthc.compiler.program import Thing
from synthc.compiler.scope import Scope
from synthc.compiler.types import Type
from synthc.dsl import syntax

ROW_BY_ROW = frozenset({"where", "let", "ask"})
"""Steps that look at one row and leave the others and their order alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One step of some rows: as written, as in the graph, and the columns before and behind it."""

    written: syntax.Step
    verb: str
    settings: Mapping[str, Any]
    before: Mapping[str, Type]
    columns: Mapping[str, Type]

    @property
    def reads(self) -> frozenset[str]:
        """The columns that it reads."""
        if self.verb in {"explode", "chunk"}:
            return frozenset({self.settings["column"]})
        return frozenset(columns_in(self.settings["slots"] if self.verb == "ask" else list(self.settings.values())))

    @property
    def makes(self) -> frozenset[str]:
        """The columns that it adds, or changes."""
        made = self.settings.get("as" if self.verb == "explode" else "column" if self.verb == "chunk" else "name")
        return frozenset({made}) if self.verb in {"ask", "let", "explode", "chunk"} and made else frozenset()


def stages(item: syntax.Declaration, scope: Scope) -> tuple[Stage, ...]:
    """Return the steps of a declaration that has no mistake; none for what has no steps."""
    thing = scope.program.thing(scope, item) if item.steps else None
    if thing is None or not len(item.steps) == len(thing.steps) == len(thing.after):
        return ()
    columns = [_first(item, scope), *(after.columns for after in thing.after)]
    return tuple(
        Stage(written=written, verb=step.verb, settings=step.settings, before=columns[i], columns=columns[i + 1])
        for i, (written, step) in enumerate(zip(item.steps, thing.steps, strict=True))
    )


def _first(item: syntax.Declaration, scope: Scope) -> Mapping[str, Type]:
    """Return the columns before the first step; those of a grid are not told apart from each other."""
    rows = start(item, scope)
    return rows.columns if rows is not None else {}


def start(item: syntax.Declaration, scope: Scope) -> Thing | None:
    """Return the rows that a declaration begins with, None for a grid."""
    found = scope.find(item.value) if isinstance(item.value, syntax.Name | syntax.Field) else None
    return scope.program.thing(*found) if found else None
