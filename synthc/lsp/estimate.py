"""How many rows there may be, behind a declaration and behind each of its steps; private files are never opened."""

from __future__ import annotations

import glob
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from synthc.compiler.estimate import BEHIND, Amount, plan
from synthc.compiler.graph import Graph, Node
from synthc.compiler.lower import Unreachable, lower
from synthc.compiler.passes import PASSES
from synthc.compiler.session import Analysis
from synthc.dsl.diagnostic import Severity

MOST_BYTES = 32_000_000
"""Public files larger than this together are not counted: an answer is expected while somebody types."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A number of rows; `high` is None where nobody can know it."""

    low: int | None
    high: int | None

    def __str__(self) -> str:
        """Return it as people say it."""
        if self.high is None:
            return "unknown"
        return f"{self.high:,}" if self.low == self.high else f"up to {self.high:,}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimates:
    """The rows of each node of the graph, and behind each step of it."""

    nodes: Mapping[str, Rows]
    steps: Mapping[str, tuple[Rows, ...]]


NOTHING = Estimates(nodes={}, steps={})


def estimates(analysis: Analysis, stem: str, project: Path) -> Estimates:
    """Return the estimates of a spec; none where it has an error."""
    wrong = any(found.severity is Severity.ERROR for found in analysis.diagnostics)
    if analysis.checked is None or wrong:
        return NOTHING
    try:
        graph = lower(analysis.checked, stem)
    except Unreachable:
        return NOTHING
    for rewrite in PASSES:
        graph = rewrite(graph)
    if _bytes(graph, project) > MOST_BYTES:
        return NOTHING
    rows = {node["name"]: Rows(low=node["rows"]["low"], high=node["rows"]["high"]) for node in plan(graph, project)["nodes"]}
    return Estimates(nodes=rows, steps={node.name: _steps(node, rows) for node in graph.nodes if node.steps})


def _steps(node: Node, known: Mapping[str, Rows]) -> tuple[Rows, ...]:
    amount = _start(node, known)
    found = []
    for step in node.steps:
        change = BEHIND.get(step.verb)
        amount = change(amount, step) if change is not None else amount
        found.append(Rows(low=amount.low, high=amount.high))
    return tuple(found)


def _start(node: Node, known: Mapping[str, Rows]) -> Amount:
    """Return the rows before the first step; of a grid, whose cells the plan doesn't tell, nothing is known."""
    source = node.settings.get("from")
    rows = known.get(source["node"]) if isinstance(source, dict) else None
    return Amount(low=rows.low, high=rows.high) if rows is not None else Amount(low=None, high=None)


def _bytes(graph: Graph, project: Path) -> int:
    total = 0
    for node in graph.nodes:
        reader = node.settings.get("reader") if node.kind == "source" and not node.private else None
        if isinstance(reader, dict) and reader["kind"] == "files":
            for pattern in reader["paths"]:
                total += sum(_size(path) for path in glob.glob(str(project / pattern), recursive=True))  # noqa: PTH207 - a pattern may be absolute
    return total


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0
