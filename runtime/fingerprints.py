"""What an artefact rests on at run: the graph's fingerprint, and all that only a run can know.

Beside what the graph says these are the bytes of input files, the models that answer, the run's
seed and limit, and for what lies behind a mechanism the model that came out of it: its noise
cannot be drawn again, so rows made from it are reproducible given that model and not the seed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from synthc.compiler.graph import Graph, Node
from synthc.compiler.graph.fingerprint import fingerprint
from synthc.runtime.endpoints.base import Identity
from synthc.runtime.store import Store

ARTEFACTS = 1
"""Raised when the same node would write other bytes than an earlier release did."""

NO_ARTEFACT = frozenset({"endpoint", "model", "publish"})
"""Kinds of nodes that leave nothing in the store."""


def run_fingerprint(node: Node, graph: Graph, known: Mapping[str, str], **rests_on: Any) -> str:
    """Return the fingerprint of a node's artefact; `known` has those of what it reads.

    `rests_on` is what only the run knows, such as `files` and `seed`; a None says nothing.
    """
    inputs = [known[name] for name in sorted(graph.needs(node.name) - {node.name}) if name in known]
    said = {key: value for key, value in rests_on.items() if value is not None}
    return fingerprint([ARTEFACTS, graph.fingerprints[node.name], sorted(inputs), said])


def released_print(node: Node, artefact: Path, store: Store) -> str | None:
    """Return the fingerprint of what a mechanism released, None for all else: other noise, another model or other rows."""
    if node.kind == "federate":
        return store.hash_file(artefact / "model.safetensors", private=False)
    if node.kind == "measure":
        return fingerprint([store.hash_file(path, private=False) for path in sorted(artefact.glob("part-*.parquet"))])
    return None


def asked(node: Node) -> list[str]:
    """Return the names of the endpoints that a node asks, each once."""
    names = [step.settings["endpoint"]["node"] for step in node.steps if step.verb == "ask"]
    return list(dict.fromkeys(names))


def identities(node: Node, found: Mapping[str, Identity]) -> list[Any] | None:
    """Return which models answer a node, None if it asks nobody."""
    return [asdict(found[name]) for name in asked(node)] or None


def behind_mechanism(node: Node, graph: Graph) -> bool:
    """Tell whether a node is, or rests on, what a mechanism released."""
    return any(graph.by_name[name].mechanism for name in graph.needs(node.name))


def charged(graph: Graph, names: Collection[str]) -> list[Node]:
    """Return the mechanisms among some nodes that real people are charged for."""
    return [n for n in graph.nodes if n.mechanism and n.name in names and n.settings["population_is"] != "simulated"]
