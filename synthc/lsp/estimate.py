"""How many rows there may be, of what is declared and behind each of its steps; private files are never opened."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from synthc.compiler.estimate import UNKNOWN, Amount, amounts, behind
from synthc.compiler.graph import Node, Privacy
from synthc.compiler.program import Thing

MOST_BYTES = 64_000_000
"""Files that are larger than this together are not counted: an answer is waited for while somebody types."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimates:
    """The rows of each declaration by its name in the graph, and behind each step of it."""

    rows: Mapping[str, Amount]
    steps: Mapping[str, tuple[Amount, ...]]


def estimates(things: Iterable[Thing], project: Path) -> Estimates:
    """Return the estimates of what was checked without a mistake, each thing standing behind what it reads."""
    nodes = [thing.node() for thing in things if thing.thing == "rows"]
    counted = {node.name: _source(node, project) for node in nodes if node.kind == "source"}
    rows = amounts(nodes, project, counted)
    return Estimates(rows=rows, steps={node.name: behind(node, rows) for node in nodes if node.steps})


def said(amount: Amount | None) -> str:
    """Return an amount as people say it; nothing where nobody knows it.

    >>> said(Amount(low=0, high=2000)), said(Amount(low=5, high=5)), said(UNKNOWN)
    ('up to 2,000', '5', '')
    """
    if amount is None or amount.high is None:
        return ""
    return f"{amount.high:,}" if amount.low == amount.high else f"up to {amount.high:,}"


def _source(node: Node, project: Path) -> Amount:
    reader: Any = node.settings["reader"]
    if node.private or reader["kind"] != "files":
        return UNKNOWN
    patterns = (str(project / pattern) for pattern in reader["paths"])
    found = [path for pattern in patterns for path in glob.glob(pattern, recursive=True)]  # noqa: PTH207 - a pattern may be absolute
    stamps = [_stamp(path) for path in found]
    if sum(size for size, _ in stamps) > MOST_BYTES:
        return UNKNOWN
    return _counted(tuple(reader["paths"]), project, tuple(stamps))


@lru_cache(maxsize=256)
def _counted(paths: tuple[str, ...], project: Path, stamps: tuple[tuple[int, int], ...]) -> Amount:
    """Count the rows of public files once, and again when their sizes or times, the `stamps`, are others."""
    del stamps
    settings = {"reader": {"kind": "files", "paths": list(paths)}}
    node = Node(name="counted", kind="source", inputs=(), settings=settings, label=Privacy.PUBLIC, place="")
    return amounts([node], project)[node.name]


def _stamp(path: str) -> tuple[int, int]:
    try:
        stat = Path(path).stat()
    except OSError:
        return 0, 0
    return stat.st_size, stat.st_mtime_ns
