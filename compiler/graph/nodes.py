"""Graph and its frozen nodes.

Settings are plain JSON, already checked against the catalog; which keys a kind has stands in
`compiler/verify.py`. A graph holds no address, no secret and no absolute path.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from synthc.compiler.graph.fingerprint import fingerprint

Json = Any  # None, bool, int, float, str, or a list or mapping of these

FORMAT = 1

NOT_COMPUTED_FROM = frozenset({"budget", "workers", "price"})
"""Settings that bound or place the work and do not change what it computes: raising a budget tunes nobody again."""


class Privacy(StrEnum):
    """Labels from lowest to highest; a result has the highest of everything it read."""

    PUBLIC = "public"
    DP = "dp"
    SIMULATED = "simulated"
    PRIVATE = "private"

    @property
    def rank(self) -> int:
        """0 for public up to 3 for private."""
        return RANKS[self]

    @staticmethod
    def highest(labels: list[Privacy]) -> Privacy:
        """Return the highest of some labels, public if there are none."""
        return max(labels, key=lambda label: label.rank, default=Privacy.PUBLIC)


RANKS = {label: rank for rank, label in enumerate(Privacy)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a row node: the verb and its settings; expressions are JSON trees."""

    verb: str
    settings: Mapping[str, Json]
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One declaration, lowered.

    `inputs` are the names of all nodes it reads, each once; `columns` (of nodes that hold rows)
    maps a column to its type in JSON; `place` is `path:line:column` of the declaration, `doc` the
    comment above it, which readers of the report see.
    """

    name: str
    kind: str
    inputs: tuple[str, ...]
    settings: Mapping[str, Json]
    steps: tuple[Step, ...] = ()
    columns: Mapping[str, Json] = field(default_factory=dict)
    label: Privacy
    place: str
    doc: str = ""

    @property
    def private(self) -> bool:
        """Whether what it yields may not leave the machine or be shown."""
        return self.label is Privacy.PRIVATE

    @property
    def mechanism(self) -> bool:
        """Whether it releases something about people under a mechanism that is charged to them."""
        return bool(self.settings.get("dp"))


@dataclass(frozen=True, kw_only=True)
class Graph:
    """A compiled spec: nodes in an order in which each follows what it reads."""

    name: str
    params: Mapping[str, Json]
    nodes: tuple[Node, ...]
    budgets: Mapping[str, Mapping[str, Json]]
    tests: tuple[Mapping[str, Json], ...] = ()

    @cached_property
    def by_name(self) -> Mapping[str, Node]:
        """Nodes by their name."""
        return {node.name: node for node in self.nodes}

    @cached_property
    def fingerprints(self) -> Mapping[str, str]:
        """What each node computes, and from what: names and places of nodes are not in it."""
        prints: dict[str, str] = {}
        for node in self.nodes:
            prints[node.name] = fingerprint(
                {
                    "kind": node.kind,
                    "settings": _anonymous({k: v for k, v in node.settings.items() if k not in NOT_COMPUTED_FROM}, prints),
                    "steps": [[s.verb, _anonymous(s.settings, prints)] for s in node.steps],
                    "columns": dict(node.columns),
                    "label": node.label,
                }
            )
        return prints

    @cached_property
    def fingerprint(self) -> str:
        """The fingerprint of the whole."""
        return fingerprint(
            {
                "format": FORMAT,
                "nodes": {n.name: self.fingerprints[n.name] for n in self.nodes},
                "budgets": {k: dict(v) for k, v in self.budgets.items()},
            }
        )

    def needs(self, name: str) -> frozenset[str]:
        """Return the names of all nodes that one needs, itself included."""
        found: set[str] = set()
        waiting = [name]
        while waiting:
            current = waiting.pop()
            if current not in found:
                found.add(current)
                waiting.extend(self.by_name[current].inputs)
        return frozenset(found)

    def needed_by(self, name: str) -> frozenset[str]:
        """Return the names of all nodes that need one, itself included."""
        return frozenset(node.name for node in self.nodes if name in self.needs(node.name))


def _anonymous(value: object, prints: Mapping[str, str]) -> object:
    """Replace references `{"node": NAME}` by the fingerprint of what they name."""
    if isinstance(value, Mapping):
        if set(value) == {"node"}:
            return {"node": prints[value["node"]]}
        return {key: _anonymous(item, prints) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_anonymous(item, prints) for item in value]
    return value
