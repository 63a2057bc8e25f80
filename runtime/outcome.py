"""What a run came to: the document that `run --json` prints, made from artefacts on disk."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from synthc.compiler.graph import Graph, Node
from synthc.compiler.graph.accounting import Event
from synthc.compiler.graph.privacy_document import privacy_document
from synthc.compiler.graph.spending import event
from synthc.runtime.engines.local import Usage
from synthc.runtime.errors import RunError
from synthc.runtime.folder import ROWS
from synthc.runtime.rows import Dataset


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The document of a run, the problem that stopped it if any, and its folder."""

    document: dict[str, Any]
    problem: RunError | None
    folder: Path


def entry_of(node: Node, status: str, artefact: Path | None = None, *, usage: Usage | None = None, seconds: float = 0.0, hidden: bool = False) -> dict[str, Any]:
    """Return a node's entry; rows, seconds and failures of a private node are null, and of one that is hidden as if it were.

    Nobody learns how long one round took, which is the longer the more people joined it and the more they
    typed: a measure, an evaluation under DP, and a search, whose seconds would tell how many tries it made.

    Rows are counted on disk again, so that success means rows that are there. `answers` tells for
    each prompt how many replies there were, and how many were cut off, refused or unreadable.
    """
    asked = asdict(usage or Usage())
    if node.private or hidden:
        return {"name": node.name, "kind": node.kind, "status": status, "rows": None, "seconds": None, **dict.fromkeys(asked), "answers": None}
    made = Dataset(folder=artefact) if artefact is not None and node.kind in ROWS else None
    answers = made.counts.get("answers", []) if made is not None and node.steps else []
    one_round = node.mechanism and node.settings["rounds"] == 1
    return {"name": node.name, "kind": node.kind, "status": status, "rows": made and made.rows, "seconds": None if one_round else seconds, **asked, "answers": answers}


def record_of(node: Node) -> str:
    """Return the name of the file in which a mechanism says what was charged for it."""
    return "federation.json" if node.kind == "federate" else "release.json"


def metrics_of(graph: Graph, artefacts: Mapping[str, Path]) -> dict[str, Any]:
    """Return the numbers of all finished evaluations."""
    found = {}
    for node in graph.nodes:
        if node.kind == "evaluate" and node.name in artefacts:
            found[node.name] = json.loads((artefacts[node.name] / "metrics.json").read_text())
    return found


def privacy_of(graph: Graph, artefacts: Mapping[str, Path], project: Path, *, seeded: bool = False, limited: bool = False) -> dict[str, Any]:
    """Return what the people of each private source spent, of the mechanisms that are finished; `seeded` and `limited` runs promise nothing."""
    from synthc.runtime.federated.charges import charged_events
    from synthc.runtime.federated.second_opinion import opacus_opinions

    facts = {}
    for node in graph.nodes:
        if "dp" in node.settings and node.name in artefacts:
            facts[node.name] = json.loads((artefacts[node.name] / record_of(node)).read_text())
    evaluations = {n.name: json.loads((artefacts[n.name] / "metrics.json").read_text())["times_scored"] for n in graph.nodes if n.kind == "evaluate" and n.name in artefacts}
    seeded = seeded or any(fact["noise_generator"] == "seeded" for fact in facts.values())
    document: dict[str, Any] = privacy_document(
        graph,
        rounds_charged={name: fact["rounds_charged"] for name, fact in facts.items()},
        lifetime_events=lambda people: charged_events(project, people),
        noise_generator="seeded" if seeded else "entropy",
        evaluations=evaluations,
        limited=limited,
    )
    for spent in document.values():
        if spent["epsilon"] is not None and all(mechanism["node"] in facts for mechanism in spent["mechanisms"]):
            spent.update(opacus_opinions([_event(mechanism, graph) for mechanism in spent["mechanisms"]], spent["delta"]))
    return document


def _event(mechanism: Mapping[str, Any], graph: Graph) -> Event:
    rounds = mechanism["rounds_charged"] or mechanism["rounds_planned"]
    return event(graph.by_name[mechanism["node"]].settings["dp"], rounds)
