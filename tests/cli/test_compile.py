"""`synthc compile` and how every command finds its spec or graph."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.cli.project import SPEC, Project

GRAPH = "build/spec.graph.json"


def test_compile(project: Project) -> None:
    """The graph is written where `run` looks for it, and the same inputs give the same bytes."""
    said = project.run("compile")
    first = (project.folder / GRAPH).read_bytes()

    assert said.code == 0
    assert said.out.startswith(f"{GRAPH}: ")
    project.run("compile", "spec.synth", "-o", "other/x.json")
    assert (project.folder / "other/x.json").read_bytes() == first


def test_set(project: Project) -> None:
    """`--set` changes a param, and is remembered beside the graph until the next `compile`."""
    project.run("compile", "--set", "least=3")

    assert json.loads((project.folder / GRAPH).read_text())["params"] == {"least": 3}
    said = project.run("plan", "--json")
    assert said.err == "as it was compiled: --set least=3\n"
    project.run("compile")
    assert project.run("plan", "--json").err == ""


@pytest.mark.parametrize(
    ("said", "code", "answer"),
    [
        (("--set", "leats=3"), 1, "`--set leats=...` names no param of this spec"),
        (("--set", "least"), 2, "`--set least`: a name and a value are wanted, such as `--set docs=500`"),
        (("--set", "least=1", "--set", "least=2"), 2, "`--set least` is there twice; keep one of them"),
        (("--set", "least=many"), 1, ""),
    ],
)
def test_bad_set(project: Project, said: tuple[str, ...], code: int, answer: str) -> None:
    """A `--set` that cannot be followed is refused."""
    found = project.run("compile", *said)

    assert found.code == code
    assert answer in found.err
    assert "Traceback" not in found.err
    assert not (project.folder / GRAPH).exists()


def test_no_spec(project: Project) -> None:
    """Without a spec there is a hint."""
    (project.folder / "spec.synth").unlink()
    said = project.run("compile")

    assert said.code == 2
    assert said.err == "synthc: there is no `.synth` file in this folder; name one, or make a project with `synthc init`\n"


def test_two_specs(project: Project) -> None:
    """Of two specs none is guessed; one that the other imports does not count."""
    project.write("other.synth", 'synth 1\n\nimport "spec.synth" as spec\n')
    assert project.run("compile").out.startswith("build/other.graph.json")

    project.write("third.synth", "synth 1\n")
    said = project.run("compile")
    assert said.code == 2
    assert said.err == "synthc: there are several specs here (other.synth, third.synth); say which one\n"


@pytest.mark.parametrize("command", ["compile", "plan", "run", "test"])
@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("nope.synth", "nope.synth: there is no such file"),
        (".", ".: this is a folder; name a `.synth` file, or work there with `-C .`"),
        ("web.jsonl", "is wanted here"),
    ],
)
def test_wrong_file(project: Project, command: str, name: str, answer: str) -> None:
    """What is no spec is refused by every command alike."""
    said = project.run(command, name)

    assert (said.code, said.out) == (2, "")
    assert answer in said.err


@pytest.mark.parametrize("command", ["compile", "plan", "run", "test"])
def test_broken_spec(project: Project, command: str) -> None:
    """The findings of a broken spec are shown, and nothing else happens."""
    project.write("spec.synth", SPEC.replace("words(", "wrods("))
    said = project.run(command)

    assert (said.code, said.out) == (1, "")
    assert said.err.endswith("1 error\nsynthc: spec.synth has errors, so there is no graph to work from\n")


@pytest.mark.parametrize("command", ["compile", "plan", "run", "test"])
def test_not_utf8(project: Project, command: str) -> None:
    """A spec in another encoding is unreadable input."""
    (project.folder / "spec.synth").write_bytes(b"synth 1\n# caf\xe9\n")

    assert project.run(command).code == 2


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("nonsense", "not a graph (not JSON); run `synthc compile` again"),
        ("{}", "not a graph; name a `.synth` file or what `synthc compile` wrote"),
        ('{"synthc_graph": 99}', "written by another version of synthc; run `synthc compile` again"),
    ],
)
@pytest.mark.parametrize("command", ["plan", "run", "test"])
def test_unreadable_graph(project: Project, command: str, text: str, answer: str) -> None:
    """A file that is no graph is refused with a hint."""
    project.write("x.graph.json", text)
    said = project.run(command, "x.graph.json")

    assert (said.code, said.out) == (2, "")
    assert said.err == f"synthc: x.graph.json: {answer}\n"


def test_tampered_graph(project: Project) -> None:
    """A graph that was changed by hand is refused."""
    project.run("compile")
    path = project.folder / GRAPH
    path.write_text(path.read_text().replace("web.jsonl", "etc.jsonl"))
    said = project.run("run", GRAPH)

    assert said.code == 2
    assert said.err == f"synthc: {GRAPH}: changed since it was compiled; run `synthc compile` again\n"


def test_set_on_a_graph(project: Project) -> None:
    """A frozen graph takes no params."""
    project.run("compile")
    said = project.run("plan", GRAPH, "--set", "least=3")

    assert said.code == 2
    assert said.err == f"synthc: `--set` has no effect on a compiled graph; name the spec of {GRAPH} instead\n"


def test_unwritable_folder(project: Project) -> None:
    """Where nothing can be written that is said, with the place."""
    project.write("build", "a file where a folder should be")
    said = project.run("compile")

    assert said.code == 2
    assert said.err == "synthc: build: file exists\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to the superuser")
def test_forbidden_folder(project: Project) -> None:
    """A folder without the right to write is a sentence too."""
    Path(project.folder).chmod(0o500)
    said = project.run("compile")
    Path(project.folder).chmod(0o700)

    assert said.code == 2
    assert "permission denied" in said.err
