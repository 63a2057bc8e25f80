"""Invariants of a graph, a readable list, checked between passes: a breach is a mistake of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from synthc.compiler.catalog.asked import HERE
from synthc.compiler.catalog.steps import ALONE
from synthc.compiler.graph import Graph, Node, Privacy

ROWS = frozenset({"filter", "transform", "generate", "mix"})
MAY_READ_PRIVATE = frozenset({"federate", "measure", "filter", "transform", "evaluate"})


def verify(graph: Graph) -> None:
    """Assert every invariant of `INVARIANTS`, naming the first that does not hold."""
    for invariant in INVARIANTS:
        for breach in invariant(graph):
            raise AssertionError(f"{invariant.__name__}: {breach}")


def names_are_unique(graph: Graph) -> Iterator[str]:
    """No two nodes have the same name."""
    if len(graph.by_name) != len(graph.nodes):
        yield "a name is there twice"


def inputs_come_before(graph: Graph) -> Iterator[str]:
    """Every node follows all that it reads."""
    seen: set[str] = set()
    for node in graph.nodes:
        yield from (f"{node.name} reads {name}" for name in node.inputs if name not in seen)
        seen.add(node.name)


def references_are_inputs(graph: Graph) -> Iterator[str]:
    """Every node that settings or steps refer to is among the inputs."""
    for node in graph.nodes:
        for name in _references([node.settings, [step.settings for step in node.steps]]):
            if name not in node.inputs:
                yield f"{node.name} refers to {name}"


def labels_never_fall(graph: Graph) -> Iterator[str]:
    """A label is at least that of every input, but behind a mechanism and at the endpoint of an ask."""
    for node in graph.nodes:
        read = [graph.by_name[name].label for name in node.inputs]
        if node.kind not in {"federate", "measure"} and not node.mechanism and Privacy.highest(read).rank > node.label.rank:
            yield f"{node.name} is {node.label} and reads {Privacy.highest(read)}"


def private_rows_reach_mechanisms_alone(graph: Graph) -> Iterator[str]:
    """Private rows are read by steps on single rows, mechanisms and evaluations, and by nothing else."""
    for node in graph.nodes:
        for name in node.inputs:
            if graph.by_name[name].private and node.kind not in MAY_READ_PRIVATE:
                yield f"{node.name} ({node.kind}) reads {name}"


def nothing_private_chooses_rows(graph: Graph) -> Iterator[str]:
    """Rows read private ones at most as what they start from: no private model or other people's rows decide about them."""
    for node in graph.nodes:
        if node.kind in ROWS:
            start = (node.settings.get("from") or {}).get("node")
            if any(graph.by_name[name].private for name in node.inputs if name != start):
                yield f"{node.name} is chosen by something private"


def mechanisms_start_from_nothing_private(graph: Graph) -> Iterator[str]:
    """The model that a mechanism starts from may be known to all."""
    for node in graph.nodes:
        if node.kind == "federate" and node.settings["dp"] and graph.by_name[node.settings["model"]["node"]].private:
            yield f"{node.name} starts from {node.settings['model']['node']}"


def what_a_simulation_taught_stays_here(graph: Graph) -> Iterator[str]:
    """Nothing that a pretended population taught is published."""
    for node in graph.nodes:
        if node.kind == "publish" and node.label.rank > Privacy.DP.rank:
            yield f"{node.name} is {node.label}"


def private_rows_are_never_asked_about(graph: Graph) -> Iterator[str]:
    """No node labelled private asks an endpoint, and none labelled simulated asks a remote one."""
    for node in graph.nodes:
        for step in node.steps:
            if step.verb == "ask":
                kind = graph.by_name[step.settings["endpoint"]["node"]].settings["kind"]
                if node.private or (node.label is Privacy.SIMULATED and kind not in HERE):
                    yield f"{node.name} asks {step.settings['endpoint']['node']}"


def rows_are_compared_with_nothing_private(graph: Graph) -> Iterator[str]:
    """What is dropped because other rows are like it would tell what those rows say."""
    for node in graph.nodes:
        for step in node.steps:
            if step.verb == "decontaminate" and graph.by_name[step.settings["from"]["node"]].private:
                yield f"{node.name} is compared with {step.settings['from']['node']}"


def users_are_worked_alone(graph: Graph) -> Iterator[str]:
    """On private rows there are only steps that look at one row, so that no user's text changes another's."""
    for node in graph.nodes:
        if node.private and node.kind in ROWS:
            yield from (f"{node.name} would {step.verb}" for step in node.steps if step.verb not in ALONE)


def mechanisms_are_solved(graph: Graph) -> Iterator[str]:
    """Every mechanism has the noise that is drawn and counted, and what it rests on: a sampling rate, or a separation and a matrix."""
    for node in graph.nodes:
        dp: Any = node.settings.get("dp")
        if dp and not (dp["noise"] and dp["epsilon"] > 0 and RESTS_ON[dp["mechanism"]](dp)):
            yield f"{node.name} has {dp}"


RESTS_ON: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "gaussian": lambda dp: 0 < dp["sampling"] <= 1,
    "search": lambda dp: 0 < dp["sampling"] <= 1 and dp["score"] > 0 and dp["tries"] >= 1,
    "tree": lambda dp: dp["separation"] >= 1,
    "blt": lambda dp: dp["separation"] >= 1 and len(dp["theta"]) == len(dp["omega"]) == dp["buffers"],
    "banded": lambda dp: len(dp["coefficients"]) == dp["bands"] <= dp["separation"] and dp["coefficients"][0] == 1,
}


def labels_follow_mechanisms(graph: Graph) -> Iterator[str]:
    """What a mechanism releases is dp, over a simulated population simulated; a federation without one is private."""
    for node in graph.nodes:
        if (node.kind in {"federate", "measure"} or node.mechanism) and node.label is not _released_label(node):
            yield f"{node.name} is {node.label}"


def _released_label(node: Node) -> Privacy:
    if node.settings["dp"] is None:
        return Privacy.PRIVATE
    return Privacy.SIMULATED if node.settings["population_is"] == "simulated" or node.label is Privacy.SIMULATED else Privacy.DP


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if set(value) == {"node"}:
            yield value["node"]
        else:
            for item in value.values():
                yield from _references(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _references(item)


INVARIANTS: tuple[Callable[[Graph], Iterator[str]], ...] = (
    names_are_unique,
    inputs_come_before,
    references_are_inputs,
    labels_never_fall,
    private_rows_reach_mechanisms_alone,
    nothing_private_chooses_rows,
    mechanisms_start_from_nothing_private,
    what_a_simulation_taught_stays_here,
    private_rows_are_never_asked_about,
    rows_are_compared_with_nothing_private,
    users_are_worked_alone,
    mechanisms_are_solved,
    labels_follow_mechanisms,
)
