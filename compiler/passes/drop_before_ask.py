"""Moves steps that drop rows in front of an `ask { on_fail = keep }` whose answer they don't read.

Such an ask only adds a column: each row comes out of it, in its place and with its id. So whatever chooses rows by other
columns, by ids and by order chooses the same before it, sets the same rows aside, and fewer are asked about. Seeds
rest on row ids and not on how many rows there are, so that the answers are the same too.
"""

from __future__ import annotations

from dataclasses import replace

from synthc.compiler.graph import Graph, Node, Step
from synthc.compiler.graph.columns import columns_in
from synthc.compiler.passes.movable import ALIKE, pure


def rewrite(graph: Graph) -> Graph:
    """Return the graph with such steps moved."""
    return replace(graph, nodes=tuple(_moved(node) for node in graph.nodes))


def _moved(node: Node) -> Node:
    steps: list[Step] = []
    for step in node.steps:
        place = len(steps)
        while step.verb in ALIKE and place and pure(steps[place - 1]) and steps[place - 1].settings["name"] not in columns_in(dict(step.settings)):
            place -= 1
        steps.insert(place, step)
    # A grid is drawn by the `sample` that comes first, and by no other.
    first = node.steps[0] if "grid" in node.settings and node.steps else None
    return node if first is not None and steps[0] is not first else replace(node, steps=tuple(steps))
