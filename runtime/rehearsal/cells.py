"""Some cells of a grid: those that a run will draw, or some that stand for all."""

from __future__ import annotations

from typing import Any

import polars as pl

from synthc.compiler.graph import Step
from synthc.runtime.context import Context
from synthc.runtime.grid import Grid, draw_indices, slot_values
from synthc.runtime.rehearsal.sample import Sample
from synthc.runtime.rows import ID
from synthc.runtime.schema import column_type

DRAWN = 4000
"""Cells that are drawn where the spec draws more."""


def cells(context: Context) -> tuple[Sample, tuple[Step, ...]]:
    """Return cells, and the steps that are left."""
    steps = context.node.steps
    slots = {name: slot_values(slot, lambda node, column: _distinct(context, node, column)) for name, slot in context.node.settings["grid"].items()}
    grid = Grid(slots=slots, schema={ID: pl.String, **{name: _type(context, name, slot) for name, slot in context.node.settings["grid"].items()}})
    wanted = grid.size
    if steps and steps[0].verb == "sample":
        settings, steps = steps[0].settings, steps[1:]
        wanted = min(wanted, settings["count"]) if "count" in settings else round(settings["share"] * wanted)
    frames = list(grid.frames(draw_indices(grid.size, min(wanted, DRAWN), context.seed)))
    frame = pl.concat(frames) if frames else pl.DataFrame(schema=dict(grid.schema))
    return Sample(frame=frame, scale=wanted / max(1, len(frame))), steps


def _type(context: Context, name: str, slot: Any) -> Any:
    if "column" in slot:
        reference, column = slot["column"]
        return column_type(context.graph.by_name[reference["node"]].columns[column])
    return pl.Series(name, slot.get("list", [0]), strict=False).dtype


def _distinct(context: Context, node: str, column: str) -> list[Any]:
    return pl.concat(context.rows(node).frames([column]))[column].unique(maintain_order=True).to_list()
