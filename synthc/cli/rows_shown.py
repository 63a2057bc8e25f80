"""Rows for people: one block a row, one line a column."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthc.compiler.graph.written import literal

if TYPE_CHECKING:
    import polars as pl

HIDDEN = frozenset({"_id", "_user", "_part"})


def rows_shown(folder: Path, most: int, condition: Mapping[str, Any] | None) -> Iterator[str]:
    """Yield the first rows of a dataset, of those for which the condition holds if there is one."""
    from synthc.runtime.rows import Dataset
    from synthc.runtime.steps.expression import expression

    left = most
    for frame in Dataset(folder=folder).frames():
        kept = frame if condition is None else frame.filter(expression(condition))
        yield from _blocks(kept[:left], first=most - left)
        left -= min(left, len(kept))
        if not left:
            break
    if left == most:
        yield "no rows"


def _blocks(frame: pl.DataFrame, *, first: int) -> Iterator[str]:
    names = [name for name in frame.columns if name not in HIDDEN]
    wide = max((len(name) for name in names), default=0)
    room = max(20, shutil.get_terminal_size((140, 24)).columns - wide - 8)
    for number, row in enumerate(frame.iter_rows(named=True), first + 1):
        for place, name in enumerate(names):
            yield f"{number if place == 0 else '':>5}  {name:<{wide}} {_cut(_shown(row[name]), room)}"


def _shown(value: Any) -> str:
    """Return a value on one line; of an answer what was answered, and of a choice how likely it was."""
    if isinstance(value, dict) and {"value", "ok", "raw"} <= set(value):
        if not value["ok"]:
            return f"failed: {literal(value['raw'])}"
        shares = value.get("p")
        return _shown(value["value"]) + (f" ({shares[value['value']]:.2f})" if shares else "")
    text = value if isinstance(value, str) else literal(value)
    return "".join(char if char.isprintable() else " " for char in text)


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else f"{text[: room - 3]}..."
