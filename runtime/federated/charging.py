"""Who is charged for what a mechanism releases: the people of its node, unless what comes out protects nobody."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from synthc.compiler.graph import Graph, Node
from synthc.runtime.context import Context
from synthc.runtime.federated.charges import Charges
from synthc.runtime.federated.rounds import Charge
from synthc.runtime.store import Store


class Uncharged:
    """Charges nobody: a pretended population, a seeded test, or no mechanism at all."""

    def __call__(self, rounds: Mapping[str, int]) -> None:
        """Do nothing."""


@contextlib.contextmanager
def charging(context: Context, rounds: range, *, begun: Iterable[str], series: str | None = None) -> Iterator[Charge]:
    """Give what notes charges, while nobody else may charge the same people.

    `rounds` are those that aren't written, and `begun` the names under which the first of them may have
    been charged; `series` is the name of all rounds of the node, where their noise is correlated.
    """
    settings = context.node.settings
    pretended = settings["population_is"] == "simulated"
    if pretended or settings["dp"] is None or context.test_noise is not None or context.limit is not None:
        yield Uncharged()
        return
    with Store(root=context.project / ".synth").lock(f"people-{settings['people']}".replace("/", "_")):
        charges = _charges(context.node, context.graph, context.project, series)
        paid = sum(map(charges.has, begun))
        charges.afford(rounds[paid:])
        yield charges.charge


def foresee(nodes: Iterable[Node], graph: Graph, project: Path) -> None:
    """Raise, before anything is done, where one of the mechanisms that a run is going to charge would be refused.

    Raises:
        ChargeRefused: the sentence that the run would stop with.
    """
    planned: dict[str, list[dict[str, Any]]] = {}
    for node in nodes:
        people = planned.setdefault(node.settings["people"], [])
        correlated = "separation" in node.settings["dp"]
        charges = _charges(node, graph, project, f"{node.name}, planned" if correlated else None)
        people += charges.afford(range(node.settings["rounds"]), people)


def begun(scratch: Path, node: Node, graph: Graph, project: Path) -> bool:
    """Tell whether some of what a mechanism spends was charged before it was stopped; the rest is counted where it goes on."""
    if (scratch / "keys.json").exists():
        return True
    if (scratch / "search.json").exists():
        charge: str = json.loads((scratch / "search.json").read_text())["charge"]
        return _charges(node, graph, project, None).has(charge)
    if not (scratch / "state.safetensors").exists():
        return False
    from safetensors import safe_open

    with safe_open(scratch / "state.safetensors", framework="numpy") as state:
        return bool(state.get_tensor("round")[0] > 0)


def _charges(node: Node, graph: Graph, project: Path, series: str | None) -> Charges:
    of = node.settings
    return Charges(project=project, people=of["people"], node=node.name, place=node.place, dp=of["dp"], series=series, budgets=budgets(node, graph))


def facts(context: Context, charge: Charge, rounds: int) -> dict[str, object]:
    """Return what is written beside a release: what was charged for it, and whether it protects anybody."""
    settings = context.node.settings
    seeded = context.test_noise is not None or context.limit is not None
    return {
        "rounds_charged": 0 if isinstance(charge, Uncharged) else rounds,
        "rounds": rounds,
        "noise_generator": "seeded" if context.test_noise is not None else "entropy",
        "private": settings["dp"] is not None and not seeded and settings["population_is"] != "simulated",
    }


def budgets(node: Node, graph: Graph) -> list[Mapping[str, float]]:
    """Return the budgets of all sources of the people of a node, its own first: people are counted once, whatever files they are in."""
    of = node.settings
    others = [graph.budgets[n.name] for n in graph.nodes if n.kind == "source" and n.name in graph.budgets and n.settings["people"] == of["people"]]
    return [of["budget"], *(budget for budget in others if budget != of["budget"])]
