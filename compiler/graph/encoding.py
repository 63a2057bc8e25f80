"""The JSON form of a graph: stable bytes out, a checked graph in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from synthc.compiler.graph.fingerprint import fingerprint
from synthc.compiler.graph.nodes import FORMAT, Graph, Node, Privacy, Step


class GraphError(Exception):
    """A graph file that cannot be read; the message says why and what to do."""


def to_json(graph: Graph) -> str:
    """Return the text of a graph file: the same graph gives the same bytes."""
    document = {
        "synthc_graph": FORMAT,
        "name": graph.name,
        "fingerprint": graph.fingerprint,
        "params": dict(graph.params),
        "budgets": {name: dict(budget) for name, budget in graph.budgets.items()},
        "tests": [dict(test) for test in graph.tests],
        "nodes": [_node_json(node) for node in graph.nodes],
    }
    document["checksum"] = fingerprint(document)
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def read_graph(path: Path) -> Graph:
    """Read a graph file, and refuse one that was written by another format or changed by hand."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise GraphError(f"{path}: cannot be read ({problem.strerror})") from None
    except ValueError:
        raise GraphError(f"{path}: not a graph (not JSON); run `synthc compile` again") from None
    return from_document(document, str(path))


def from_document(document: object, path: str) -> Graph:
    """Turn the decoded JSON of a graph file into a graph."""
    if not isinstance(document, dict) or "synthc_graph" not in document:
        raise GraphError(f"{path}: not a graph; name a `.synth` file or what `synthc compile` wrote")
    if document["synthc_graph"] != FORMAT:
        raise GraphError(f"{path}: written by another version of synthc; run `synthc compile` again")
    try:
        graph = Graph(
            name=document["name"],
            params=document["params"],
            budgets=document["budgets"],
            tests=tuple(document["tests"]),
            nodes=tuple(_node(item) for item in document["nodes"]),
        )
        said = document.pop("checksum")
        same = said == fingerprint(document) and graph.fingerprint == document["fingerprint"]
    except (KeyError, TypeError, ValueError, AttributeError):
        same = False
    if not same:
        raise GraphError(f"{path}: changed since it was compiled; run `synthc compile` again")
    return graph


def _node_json(node: Node) -> Mapping[str, Any]:
    return {
        "name": node.name,
        "kind": node.kind,
        "label": node.label,
        "inputs": list(node.inputs),
        "settings": dict(node.settings),
        "steps": [{"verb": s.verb, "settings": dict(s.settings), "place": s.place} for s in node.steps],
        "columns": dict(node.columns),
        "place": node.place,
        "doc": node.doc,
    }


def _node(item: Mapping[str, Any]) -> Node:
    return Node(
        name=item["name"],
        kind=item["kind"],
        label=Privacy(item["label"]),
        inputs=tuple(item["inputs"]),
        settings=item["settings"],
        steps=tuple(Step(verb=s["verb"], settings=s["settings"], place=s["place"]) for s in item["steps"]),
        columns=item["columns"],
        place=item["place"],
        doc=item["doc"],
    )
