"""Labels worked out anew from a graph alone, by who could learn of whom: no code and no label of the compiler's is used.

For each node there are the people whose text it may tell of: those behind a mechanism with noise are left out, and
those of a pretended population are marked. Where such people meet what others see, that is a leak.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from synthc.compiler.graph import Graph, Node

SEEN_BY_OTHERS = frozenset({"publish"})
ACROSS = frozenset({"take", "sample", "top", "dedup", "shuffle", "spread"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Tells:
    """Whose text a node tells of: of whom as it is, of whom through noise that is too little, and of whom through noise."""

    bare: frozenset[str] = frozenset()
    pretended: frozenset[str] = frozenset()
    noisy: frozenset[str] = frozenset()

    def __or__(self, other: Tells) -> Tells:
        return Tells(bare=self.bare | other.bare, pretended=self.pretended | other.pretended, noisy=self.noisy | other.noisy)

    @property
    def label(self) -> str:
        """What the compiler should have called it."""
        return "private" if self.bare else "simulated" if self.pretended else "dp" if self.noisy else "public"


def tells(graph: Graph) -> dict[str, Tells]:
    """Return whose text each node tells of."""
    found: dict[str, Tells] = {}
    for node in graph.nodes:
        read = Tells()
        for name in _mentions([node.settings, [step.settings for step in node.steps], list(node.inputs)], graph):
            read |= found.get(name, Tells())
        found[node.name] = _behind(node, read, found)
    return found


def _behind(node: Node, read: Tells, found: dict[str, Tells]) -> Tells:
    """Return whose text is told behind a node that reads of some."""
    if node.kind == "source" and node.settings["visibility"] == "private":
        return Tells(bare=frozenset({node.settings["people"]}))
    if node.kind != "federate" or node.settings["dp"] is None:
        return read
    # The noise covers the users that are tuned over, and neither others nor the model that is started from.
    people = frozenset({node.settings["people"]})
    pretended = people if node.settings["population_is"] == "simulated" else frozenset[str]()
    bare = found[node.settings["model"]["node"]].bare | (found[node.settings["users"]["node"]].bare - people)
    return Tells(bare=bare, pretended=read.pretended | pretended, noisy=read.noisy | people)


def leaks(graph: Graph) -> Iterator[str]:
    """Yield where others would see what tells of somebody, or one user's text would decide over another's."""
    told = tells(graph)
    for node in graph.nodes:
        own = told[node.name]
        asked = [graph.by_name[step.settings["endpoint"]["node"]].settings["kind"] for step in node.steps if step.verb == "ask"]
        if own.bare and (asked or node.kind in SEEN_BY_OTHERS):
            yield f"{node.name} shows {sorted(own.bare)}"
        if own.pretended and (node.kind in SEEN_BY_OTHERS or set(asked) - {"embedded"}):
            yield f"{node.name} shows {sorted(own.pretended)}"
        if own.bare and node.kind in {"vocab", "model", "pretrain", "mix", "generate"}:
            yield f"{node.name} is made of {sorted(own.bare)}"
        yield from _decisions(node, told, own)


def _decisions(node: Node, told: dict[str, Tells], own: Tells) -> Iterator[str]:
    """Yield what decides about the rows of users beside themselves."""
    start = (node.settings.get("from") or {}).get("node") if node.kind in {"filter", "transform"} else None
    if start is None:
        return
    others = Tells()
    for name in node.inputs:
        others |= told[name] if name != start else Tells()
    if others.bare:
        yield f"{node.name} is chosen by {sorted(others.bare)}"
    if told[start].bare and others.pretended - told[start].bare:
        yield f"{node.name} is chosen by the pretended {sorted(others.pretended)}"
    if own.bare and any(step.verb in ACROSS for step in node.steps):
        yield f"{node.name} looks across users"


def _mentions(value: Any, graph: Graph) -> Iterator[str]:
    """Yield every name of a node that is said anywhere in some settings."""
    if isinstance(value, str):
        if value in graph.by_name:
            yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _mentions(item, graph)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _mentions(item, graph)
