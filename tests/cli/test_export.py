"""`synthc export`: a model of a run for elsewhere."""

from __future__ import annotations

import json

import polars as pl
import pytest

from synthc.runtime.training.checkpoint import Trained, build, save_model
from synthc.runtime.training.vocab import Vocab
from tests.cli.project import Project
from tests.cli.test_plan import PRIVATE
from tests.cli.test_show import dataset
from tests.runtime.training.tiny import MODEL

VOCAB = Vocab(words=("a", "b", "c"), lowercase=True)


@pytest.fixture
def ran(project: Project) -> Project:
    """Return a project with the folder of a run: its rows, and a model of each kind."""
    project.write("spec.synth", PRIVATE + "federate open = warm over users { like = tuned, dp = none }\n")
    run = project.folder / "runs/spec-12345678"
    assert project.run("compile", "-o", str(run / "graph.json")).code == 0
    dataset(run / "datasets/web", pl.DataFrame({"_id": ["1", "2"], "text": ["a b c", "c b a"]}))
    for place in ("models/warm", "private/models/open"):
        save_model(Trained(model=build(MODEL, VOCAB, seed=1), settings=MODEL, vocab=VOCAB), run / place)
    return project


def test_what_is_written_is_told(ran: Project) -> None:
    """Each file with its size, how exact it is, and in eight bits how accurate."""
    said = ran.run("export", "spec", "warm", "out", "--format", "onnx", "--format", "onnx-int8")
    lines = [line.split() for line in said.out.splitlines()]
    told = json.loads((ran.folder / "out/export.json").read_text())

    assert said.code == 0
    assert lines[0] == ["file", "size", "logits", "differ", "by", "first", "guess", "right"]
    assert [line[0] for line in lines[1:]] == ["model.onnx", "model.int8.onnx"]
    assert " before) of 6 words it was trained on" in said.out
    assert (told["model"], told["label"], told["run"]) == ("warm", "public", "spec-12345678")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("open", "out"), "`open` is private: it may give away the text it was tuned on, so it stays in the run's private folder"),
        (("tuned", "out"), "`tuned` was not made yet; `synthc run` goes on with it"),
        (("web", "out"), "no model is called `web`; there are warm, tuned, open"),
        (("warm", "."), ". is not empty; name a folder that is"),
    ],
)
def test_what_cannot_be_exported_is_said(ran: Project, arguments: tuple[str, str], message: str) -> None:
    """A private model leaves by no export, and nothing is written over."""
    said = ran.run("export", "spec", *arguments)

    assert said.code == 2
    assert message in said.err
    assert not (ran.folder / "out").exists()


def test_without_its_rows_accuracy_is_not_told(ran: Project) -> None:
    """Rather than measured on something else."""
    for path in (ran.folder / "runs/spec-12345678/datasets/web").glob("*.parquet"):
        path.unlink()
    said = ran.run("export", "spec", "warm", "out", "--format", "onnx-int8")

    assert said.code == 0
    assert "accuracy in eight bits is not measured: the rows of `web` are not in" in said.err
