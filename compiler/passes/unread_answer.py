"""Removes an `ask { on_fail = keep }` whose answer is gone before anybody reads it.

Such an ask only adds a column. Where no later step of the declaration reads it and a `select` leaves it out, the
rows that come out are the same without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from synthc.compiler.graph import Graph, Node, Step
from synthc.compiler.graph.columns import columns_in
from synthc.compiler.passes.movable import ALIKE, pure

PASSING = ALIKE | {"let", "ask", "shuffle"}
"""Steps behind which an answer is still there, and which say in expressions what they read."""


def rewrite(graph: Graph) -> Graph:
    """Return the graph without such steps."""
    return replace(graph, nodes=tuple(_without(node) for node in graph.nodes))


def _without(node: Node) -> Node:
    steps, gone = list(node.steps), set[str]()
    # From behind: what only an unread ask reads is unread too.
    for place in reversed(range(len(steps))):
        if pure(steps[place]) and _gone(steps[place].settings["name"], steps[place + 1 :]):
            gone.add(steps.pop(place).settings["endpoint"]["node"])
    asked = {step.settings["endpoint"]["node"] for step in steps if step.verb == "ask"}
    return replace(node, steps=tuple(steps), inputs=tuple(name for name in node.inputs if name not in gone - asked)) if gone else node


def _gone(name: str, behind: Sequence[Step]) -> bool:
    """Tell whether a column is left out before it is read."""
    for step in behind:
        if name in columns_in(dict(step.settings)):
            return False
        if step.verb == "select":
            return True
        if step.verb not in PASSING:
            return False
    return False
