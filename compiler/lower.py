"""Turns what was checked into a graph: solves for noise, orders the nodes, leaves out what is unused."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from synthc.compiler.check import Checked
from synthc.compiler.check.budget import Unsolved, carried_out
from synthc.compiler.check.source import from_project
from synthc.compiler.constant import to_json
from synthc.compiler.graph import Graph, Node
from synthc.compiler.graph.accounting import epsilon, round_up
from synthc.compiler.graph.spending import event
from synthc.compiler.program import Thing
from synthc.dsl.diagnostic import Diagnostic, error


class Unreachable(Exception):
    """An epsilon that no noise reaches; carries the finding."""

    def __init__(self, finding: Diagnostic) -> None:
        """Take the finding to show."""
        super().__init__(finding.message)
        self.finding = finding


NO_NODES = frozenset({"constant", "prompt"})


def lower(checked: Checked, name: str, project: Path) -> Graph:
    """Return the graph of a program without mistakes; `project` is the folder that paths count from."""
    nodes = {thing.name: _node(thing) for thing in checked.things if thing.thing not in NO_NODES}
    nodes.update({node.name: node for node in checked.publications})
    own = [node.name for node in nodes.values() if "." not in node.name and node.kind != "endpoint"]
    asked = [test["endpoint"]["node"] for test in checked.tests]
    return Graph(
        name=name,
        params={t.name: _shown(to_json(t.value), nodes, project) for t in checked.things if t.kind == "param" and "." not in t.name},
        nodes=tuple(_ordered(nodes, [*own, *asked])),
        budgets={name: dict(budget) for name, budget in checked.budgets.items()},
        tests=checked.tests,
    )


def _shown(value: Any, nodes: Mapping[str, Node], project: Path) -> Any:
    """Return the value of a param; where it is what a source reads, as the source says it."""
    if isinstance(value, list):
        return [_shown(item, nodes, project) for item in value]
    if not isinstance(value, str) or not posixpath.isabs(value):
        return value
    path = from_project(value, project, project)
    return path if any(path in node.settings["reader"].get("paths", ()) for node in nodes.values() if node.kind == "source") else value


def _node(thing: Thing) -> Node:
    node = thing.node()
    if not node.mechanism:
        return node
    try:
        dp = carried_out(thing)
    except Unsolved as problem:
        raise Unreachable(error("unreachable-epsilon", str(problem), thing.span)) from None
    # The epsilon that is shown is that of the noise that is drawn, in as many digits as all machines agree on.
    dp["epsilon"] = round_up(epsilon([event(dp, thing.settings["rounds"])], dp["delta"]), 6)
    return replace(node, settings={**node.settings, "dp": dp})


def _ordered(nodes: dict[str, Node], wanted: list[str]) -> Iterator[Node]:
    """Yield nodes so that each follows what it reads, otherwise as written."""
    done: set[str] = set()
    waiting = [(name, False) for name in reversed(wanted)]
    while waiting:
        name, ready = waiting.pop()
        if name in done:
            continue
        if ready:
            done.add(name)
            yield nodes[name]
            continue
        waiting.append((name, True))
        waiting.extend((other, False) for other in reversed(nodes[name].inputs) if other not in done)
