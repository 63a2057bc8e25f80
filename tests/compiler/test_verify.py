"""Each invariant of a graph notices when it is broken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from synthc.compiler.graph import Graph, Node, Privacy, Step
from synthc.compiler.verify import INVARIANTS, verify

DP = {"mechanism": "gaussian", "clip": 0.3, "noise": 1.0, "epsilon": 4.0, "delta": 1e-9, "sampling": 0.01, "asked": "epsilon"}
FEDERATE = {"model": {"node": "model"}, "users": {"node": "users"}, "population_is": "declared", "dp": DP}
ASK = Step(verb="ask", settings={"name": "a", "endpoint": {"node": "llm"}}, place="spec.synth:1:1")

COMPARED = Step(verb="decontaminate", settings={"from": {"node": "users"}}, place="spec.synth:1:1")


def node(name: str, kind: str, *inputs: str, label: Privacy = Privacy.PUBLIC, settings: Mapping[str, Any] | None = None, steps: tuple[Step, ...] = ()) -> Node:
    """Return a node."""
    return Node(name=name, kind=kind, inputs=inputs, settings=settings or {}, steps=steps, label=label, place="spec.synth:1:1")


NODES = (
    node("llm", "endpoint", settings={"kind": "tgi"}),
    node("web", "source"),
    node("users", "source", label=Privacy.PRIVATE),
    node("typed", "filter", "web", "llm", settings={"from": {"node": "web"}}, steps=(ASK,)),
    node("model", "pretrain", "typed", settings={"rows": {"node": "typed"}}),
    node("tuned", "federate", "model", "users", label=Privacy.DP, settings=FEDERATE),
    node("pretended", "federate", "model", "users", label=Privacy.SIMULATED, settings={**FEDERATE, "population_is": "simulated"}),
    node("near", "filter", "typed", "tuned", label=Privacy.DP, settings={"from": {"node": "typed"}}),
    node("bare", "federate", "model", "users", label=Privacy.PRIVATE, settings={**FEDERATE, "dp": None}),
    node("published", "publish", "near", label=Privacy.DP),
    node("hers", "filter", "users", label=Privacy.PRIVATE, settings={"from": {"node": "users"}}),
    node("accuracy", "evaluate", "tuned", "users", label=Privacy.PRIVATE, settings={"rows": {"node": "users"}}),
)
BREACHES: dict[str, Callable[[dict[str, Node]], Any]] = {
    "names_are_unique": lambda nodes: [*nodes.values(), nodes["web"]],
    "inputs_come_before": lambda nodes: [*nodes.values()][::-1],
    "references_are_inputs": lambda nodes: changed(nodes, "typed", inputs=("web",)),
    "labels_never_fall": lambda nodes: changed(nodes, "near", label=Privacy.PUBLIC),
    "private_rows_reach_mechanisms_alone": lambda nodes: changed(nodes, "model", inputs=("typed", "users"), label=Privacy.PRIVATE),
    "nothing_private_chooses_rows": lambda nodes: changed(reordered(nodes), "near", inputs=("typed", "bare"), label=Privacy.PRIVATE, without="published"),
    "mechanisms_start_from_nothing_private": lambda nodes: changed(reordered(nodes), "tuned", inputs=("bare", "users"), settings={**FEDERATE, "model": {"node": "bare"}}),
    "what_a_simulation_taught_stays_here": lambda nodes: changed(nodes, "published", label=Privacy.SIMULATED),
    "private_rows_are_never_asked_about": lambda nodes: changed(nodes, "typed", label=Privacy.SIMULATED, only=True),
    "rows_are_compared_with_nothing_private": lambda nodes: changed(nodes, "hers", steps=(COMPARED,), inputs=("users",)),
    "users_are_worked_alone": lambda nodes: changed(nodes, "hers", steps=(Step(verb="dedup", settings={"by": []}, place="spec.synth:1:1"),)),
    "mechanisms_are_solved": lambda nodes: changed(nodes, "tuned", settings={**FEDERATE, "dp": {**DP, "noise": None}}),
    "labels_follow_mechanisms": lambda nodes: changed(nodes, "tuned", settings={**FEDERATE, "dp": None}),
}


def reordered(nodes: dict[str, Node]) -> dict[str, Node]:
    """Return the nodes with `bare` before what could read it."""
    first = {name: nodes[name] for name in ("llm", "web", "users", "typed", "model", "bare")}
    return {**first, **nodes}


def changed(nodes: dict[str, Node], name: str, *, only: bool = False, without: str = "", **fields: Any) -> list[Node]:
    """Return the nodes with one changed; `only` leaves out what reads it."""
    kept = ("llm", "web", name) if only else tuple(other for other in nodes if other != without)
    return [replace(nodes[other], **fields) if other == name else nodes[other] for other in kept]


def graph(nodes: Any) -> Graph:
    """Return a graph of nodes."""
    return Graph(name="spec", params={}, nodes=tuple(nodes), budgets={})


def test_a_sound_graph_passes() -> None:
    """Nothing is said about it."""
    verify(graph(NODES))


def test_every_invariant_has_a_breach() -> None:
    """A new invariant comes with its test."""
    assert set(BREACHES) == {invariant.__name__ for invariant in INVARIANTS}


@pytest.mark.parametrize("name", BREACHES)
def test_breach(name: str) -> None:
    """The invariant that is broken is named."""
    broken = BREACHES[name]({node.name: node for node in NODES})

    with pytest.raises(AssertionError, match=name):
        verify(graph(broken))


def test_private_rows_are_asked_about_by_nobody() -> None:
    """Not even by the endpoint on this machine."""
    llm = node("llm", "endpoint", settings={"kind": "embedded"})
    users = node("users", "source", label=Privacy.PRIVATE)
    asked = node("asked", "filter", "users", "llm", label=Privacy.PRIVATE, settings={"from": {"node": "users"}}, steps=(ASK,))

    with pytest.raises(AssertionError, match="private_rows_are_never_asked_about"):
        verify(graph([llm, users, asked]))
