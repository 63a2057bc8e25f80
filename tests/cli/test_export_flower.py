"""`synthc export RUN flower DIR`: what it says, and what it refuses."""

from __future__ import annotations

from pathlib import Path

from synthc.compiler.graph.encoding import to_json
from tests.cli.project import Project
from tests.runtime.federated.phones import graph
from tests.runtime.federated.small import saved


def finished(folder: Path) -> None:
    """Write the folder of a run that ended before its federation."""
    of = graph(folder)
    saved(folder / "runs" / "phones-1" / "models" / "warm")
    (folder / "runs" / "phones-1" / "graph.json").write_text(to_json(of))


def test_export(project: Project) -> None:
    """The promise is said with the noise that it takes."""
    finished(project.folder)
    said = project.run("export", "phones", "flower", "app")

    assert said.code == 0
    assert "app: a Flower app that starts from `warm`, its ledger empty" in said.out
    assert "of 3 rounds each device joins once: epsilon " in said.out
    assert (project.folder / "app" / "pyproject.toml").is_file()


def test_wrong_usage(project: Project) -> None:
    """Each with what there is."""
    finished(project.folder)

    for argv, answer in ((("--federation", "cold"), "there is no federation `cold`; there are `tuned`"), (("--participations", "0"), "`--participations` is at least 1"), (("--format", "onnx"), "`--format` has no effect on a Flower app")):
        said = project.run("export", "phones", "flower", "app", *argv)
        assert (said.code, said.out) == (2, "")
        assert answer in said.err
