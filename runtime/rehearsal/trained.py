"""How long training took in earlier runs of the project, for a word or a round of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from synthc.compiler.graph import Graph, Node
from synthc.compiler.graph.encoding import read_graph
from synthc.runtime.errors import RunError


def trained(graph: Graph, project: Path) -> dict[str, float]:
    """Return the seconds that the trainings of a graph would take, as the latest of the same model took; others are left out."""
    paces: dict[Any, float] = {}
    for path in sorted(project.glob("runs/*/result.json"), key=lambda place: place.stat().st_mtime):
        paces |= _paces(path)
    known = ((node, paces.get(_alike(graph, node))) for node in graph.nodes)
    return {node.name: round(pace * _work(node), 1) for node, pace in known if pace is not None}


def _paces(path: Path) -> dict[Any, float]:
    """Return the seconds for each unit of work in one run."""
    try:
        seconds = {entry["name"]: entry["seconds"] for entry in json.loads(path.read_text(encoding="utf-8"))["nodes"] if entry["status"] == "done" and entry["seconds"]}
        graph = read_graph(path.parent / "graph.json")
    except (OSError, ValueError, KeyError, RunError):
        return {}
    return {_alike(graph, node): seconds[node.name] / _work(node) for node in graph.nodes if node.name in seconds and _work(node)}


def _work(node: Node) -> float:
    settings: Mapping[str, Any] = node.settings
    if node.kind == "pretrain":
        return float(settings["words"] * settings["seeds"])
    if "search" in settings:
        return float(settings["dp"]["tries"] * settings["dp"]["rounds"])
    return float(settings["rounds"]) if node.kind == "federate" else 1.0 if node.kind == "vocab" else 0.0


def _alike(graph: Graph, node: Node) -> Any:
    """Return what two trainings have in common that take as long for each word or round."""
    if node.kind == "pretrain":
        model = graph.by_name[node.settings["model"]["node"]]
        sizes = {key: value for key, value in model.settings.items() if not isinstance(value, dict)}
        return node.kind, json.dumps([sizes, node.settings["batch"]], sort_keys=True)
    if node.kind == "federate":
        start = {key: value for key, value in node.settings.items() if key in {"cohort", "local", "server"}}
        return node.kind, json.dumps(start, sort_keys=True)
    return node.kind, node.name
