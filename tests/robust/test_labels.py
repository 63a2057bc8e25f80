"""No program that compiles shows anyone's text to anyone, by labels that are worked out a second time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from synthc.compiler.graph import Graph
from synthc.compiler.session import Session
from synthc.dsl.diagnostic import Severity
from tests.compiled import graph_of
from tests.robust.labels import leaks, tells
from tests.robust.programs import program

MANY = 20
"""How many random programs are tried."""


def compiled(number: int, folder: Path) -> Graph:
    """Return the graph of a random program, in which whatever is not refused may stand."""
    spec = folder / "spec.synth"
    session = Session(project=folder)

    def accepted(text: str) -> bool:
        session.put(spec, text)
        return not any(found.severity is Severity.ERROR for found in session.analyse(spec).diagnostics)

    return graph_of(spec, program(number, 24, accepted))


@pytest.fixture(scope="module")
def graphs(tmp_path_factory: pytest.TempPathFactory) -> list[Graph]:
    """Return the graphs of the random programs that compile."""
    folder = tmp_path_factory.mktemp("programs")
    return [compiled(number, folder) for number in range(MANY)]


def test_nothing_leaks(graphs: list[Graph]) -> None:
    """Whatever compiles has no way from private text to anything that others see but through noise."""
    assert [leak for graph in graphs for leak in leaks(graph)] == []


def test_labels_are_the_same(graphs: list[Graph]) -> None:
    """Each node is called what the people behind it make it."""
    for graph in graphs:
        told = tells(graph)

        assert {node.name: told[node.name].label for node in graph.nodes} == {node.name: node.label.value for node in graph.nodes}


def test_the_programs_say_enough(graphs: list[Graph]) -> None:
    """All labels and all kinds of nodes occur, so that the other tests could fail."""
    nodes = [node for graph in graphs for node in graph.nodes]

    assert {node.label.value for node in nodes} == {"public", "dp", "simulated", "private"}
    assert {"source", "filter", "mix", "generate", "vocab", "model", "pretrain", "federate", "evaluate", "publish"} <= {node.kind for node in nodes}


def test_a_leak_is_seen(graphs: list[Graph]) -> None:
    """A federation whose noise is taken away behind the compiler's back."""
    tuned = [(graph, node) for graph in graphs for node in graph.nodes if node.kind == "federate" and node.settings["dp"]]
    published = [(graph, node) for graph, node in tuned if any(other.kind == "publish" and node.name in graph.needs(other.name) for other in graph.nodes)]

    for graph, node in published:
        bare = replace(node, settings={**node.settings, "dp": None})
        nodes = tuple(bare if other is node else other for other in graph.nodes)

        assert list(leaks(replace(graph, nodes=nodes)))
    assert published
