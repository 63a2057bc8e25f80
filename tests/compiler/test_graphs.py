"""Specs compile to the graphs that stand beside them, byte by byte; SYNTHC_GOLDEN=write writes them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from synthc.compiler.compile import check, compile_spec
from synthc.compiler.graph import Graph
from synthc.compiler.graph.encoding import GraphError, _node, from_document, read_graph, to_json
from tests.compiled import graph_of
from tests.expected import check_file

ROOT = Path(__file__).parents[2]
PARAMS = {"phone": {"data": "data"}}
"""What `--set` says where a spec wants it."""
SPECS = sorted(path.parent.name for path in ROOT.glob("specs/*/*.synth") if path.stem == path.parent.name)


def compiled(name: str) -> Graph:
    """Return the graph of a spec, compiled in its own folder as a user does."""
    return graph_of(ROOT / "specs" / name / f"{name}.synth", params=PARAMS.get(name, {}))


@pytest.mark.parametrize("name", SPECS)
def test_golden(name: str) -> None:
    """A change of a graph is a change that is seen."""
    text = to_json(compiled(name))

    check_file(ROOT / "specs" / name / f"{name}.graph.json", text)
    assert str(ROOT) not in text


@pytest.mark.parametrize("name", SPECS)
def test_the_same_inputs_give_the_same_bytes(name: str) -> None:
    """And what was written is read as what it was."""
    graph = compiled(name)

    assert to_json(compiled(name)) == to_json(graph)
    assert to_json(read_graph(ROOT / "specs" / name / f"{name}.graph.json")) == to_json(graph)


@pytest.fixture
def tour(monkeypatch: pytest.MonkeyPatch) -> Graph:
    """Return the graph of the tour."""
    monkeypatch.setenv("SYNTH_TGI_URL", "http://a.machine:8080")
    made = compile_spec(ROOT / "tests" / "golden" / "tour.synth", ROOT / "tests" / "golden")
    assert made.diagnostics == ()
    assert made.graph is not None
    return made.graph


def test_the_tour_compiles(tour: Graph) -> None:
    """Every construct of the language page has its node, and the graph holds no address."""
    kinds = {node.kind for node in tour.nodes}

    assert kinds == {"endpoint", "source", "filter", "transform", "generate", "mix", "vocab", "model", "pretrain", "federate", "evaluate", "publish"}
    assert "a.machine" not in to_json(tour)


def test_budgets_stand_in_the_graph(tour: Graph) -> None:
    """Those of people and those of endpoints, for the runtime to keep."""
    assert tour.budgets == {"users": {"epsilon": 8, "delta": 1e-10}, "llm": {"tokens": 50_000_000}}


def test_near_duplicates_stand_in_the_graph(tour: Graph) -> None:
    """So that a runtime that can't find them can say so by name."""
    near = [step.settings["near"] for step in tour.by_name["typed"].steps if step.verb == "dedup"]

    assert near == [0.8]


def test_tests_stand_in_the_graph(tour: Graph) -> None:
    """Those of the spec, and those of its imports, marked."""
    assert [(test["about"], test["imported"], len(test["cases"])) for test in tour.tests] == [
        ("typed_on_phone", False, 2),
        ("phone.typed_on_phone", True, 3),
        ("phone.as_chat", True, 1),
        ("phone.invent_chat", True, 1),
        ("phone.worth_messaging", True, 2),
        ("phone.as_message", True, 1),
        ("phone.invent_scene", True, 1),
        ("phone.next_message", True, 1),
    ]


def test_names_and_places_are_in_no_fingerprint(tour: Graph) -> None:
    """Renaming a declaration or moving it recomputes nothing."""
    text = to_json(tour).replace('"keyboard"', '"renamed"').replace("tour.synth:", "moved.synth:1")
    document = json.loads(text)
    moved = Graph(name="moved", params={}, nodes=tuple(map(_node, document["nodes"])), budgets={})

    assert list(moved.fingerprints.values()) == list(tour.fingerprints.values())


def test_what_a_node_computes_is_in_its_fingerprint(tour: Graph) -> None:
    """Of it and of all that need it, and of nothing else."""
    document = json.loads(to_json(tour).replace('"hidden": 670', '"hidden": 671'))
    changed = Graph(name="changed", params={}, nodes=tuple(map(_node, document["nodes"])), budgets={})
    different = {name for name, print_ in changed.fingerprints.items() if print_ != tour.fingerprints[name]}

    assert different == tour.needed_by("keyboard")


def test_a_graph_changed_by_hand_is_refused(tour: Graph) -> None:
    """What runs is what was compiled."""
    document = json.loads(to_json(tour).replace('"hidden": 670', '"hidden": 671'))

    with pytest.raises(GraphError, match="changed since it was compiled"):
        from_document(document, "graph.json")


def test_raising_a_budget_tunes_nobody_again(tmp_path: Path) -> None:
    """A budget bounds what is spent; the model that is there stays the one that was paid for."""
    text = (ROOT / "specs" / "quickstart" / "quickstart.synth").read_text()
    prints = []
    for epsilon in ("epsilon = 8", "epsilon = 9"):
        (tmp_path / "raised.synth").write_text(text.replace("epsilon = 8", epsilon))
        graph = compile_spec(tmp_path / "raised.synth", tmp_path).graph
        assert graph is not None
        prints.append((graph.fingerprints["tuned"], graph.fingerprint))

    assert prints[0][0] == prints[1][0]
    assert prints[0][1] != prints[1][1]


@pytest.mark.parametrize("place", ["inside", "outside"])
def test_no_absolute_path_gets_into_a_graph(tmp_path: Path, place: str) -> None:
    """A path that is given as one is told from the project, and so is the param that it came by."""
    project = tmp_path / "project"
    project.mkdir()
    text = "synth 1\nparam data: text\npublic source web = files(data)\n"
    folder = project if place == "inside" else tmp_path
    graph = graph_of(project / "spec.synth", text, params={"data": f"{folder}/data/*.jsonl"})
    path = "data/*.jsonl" if place == "inside" else "../data/*.jsonl"

    assert graph.by_name["web"].settings["reader"]["paths"] == [path]
    assert graph.params == {"data": path}
    assert str(tmp_path) not in to_json(graph)


def test_a_file_is_the_same_by_every_path(tmp_path: Path) -> None:
    """So that private text is not declared public by its absolute path."""
    text = f'synth 1\npublic source web = files("{tmp_path}/users.jsonl")\nprivate source users = files("users.jsonl") {{ user = .user }}\n'
    (tmp_path / "spec.synth").write_text(text)

    assert "public-and-private" in {found.rule for found in check(tmp_path / "spec.synth", tmp_path)}
