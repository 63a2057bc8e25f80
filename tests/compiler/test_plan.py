"""What a plan says before anything is bought."""

from __future__ import annotations

from pathlib import Path

import pytest

from synthc.compiler.estimate import plan
from synthc.compiler.graph import Graph
from tests.compiled import graph_of

ROWS = 7
SPEC = """synth 1

import std.phone

public source web = files("web.jsonl")
private source users = files("users.jsonl") { user = .user_id }

filter few = web
  | where words(text) > 5
  | take 5
  | ask chatty = phone.typed_on_phone(text)

transform long = users
  | where words(text) > 5

generate ideas = grid(age = 18..19, hour = phone.hours)
  | sample 50%
"""


@pytest.fixture
def graph(tmp_path: Path) -> Graph:
    """Return a compiled spec with a file of rows; the private file is one that can't be read."""
    (tmp_path / "web.jsonl").write_text('{"text": "a"}\n' * ROWS)
    (tmp_path / "users.jsonl").mkdir()
    return graph_of(tmp_path / "spec.synth", SPEC)


def test_rows_are_bounded(graph: Graph, tmp_path: Path) -> None:
    """By what is counted in public files and by what the steps say; nothing is said of private rows."""
    nodes = {node["name"]: node for node in plan(graph, tmp_path)["nodes"]}

    assert nodes["web"]["rows"] == {"low": 0, "likely": None, "high": ROWS}
    assert nodes["few"]["rows"] == {"low": 0, "likely": None, "high": 5}
    assert nodes["users"]["rows"] == nodes["long"]["rows"] == {"low": None, "likely": None, "high": None}
    assert nodes["ideas"]["rows"] == {"low": 11, "likely": 11, "high": 11}


def test_requests_are_bounded(graph: Graph, tmp_path: Path) -> None:
    """Each row is asked about once at most, and each answer has a longest length."""
    nodes = {node["name"]: node for node in plan(graph, tmp_path)["nodes"]}

    assert (nodes["few"]["requests"], nodes["few"]["tokens_out"]) == (5, 40)
    assert set(nodes["few"]) == {"name", "kind", "label", "rows", "requests", "tokens_in", "tokens_out", "seconds", "usd", "cached"}


def test_what_is_done_costs_nothing(graph: Graph, tmp_path: Path) -> None:
    """And is counted as there."""
    nodes = {node["name"]: node for node in plan(graph, tmp_path, {"few": True})["nodes"]}

    assert (nodes["few"]["requests"], nodes["few"]["tokens_out"], nodes["few"]["cached"]) == (0, 0, 5)


def test_the_whole(graph: Graph, tmp_path: Path) -> None:
    """The document has what `plan --json` promises."""
    document = plan(graph, tmp_path)

    assert set(document) == {"nodes", "totals", "privacy", "graph"}
    assert document["totals"]["requests"] == 5
    assert document["graph"] == graph.fingerprint
    assert set(document["privacy"]) == {"users"}
