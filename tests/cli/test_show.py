"""`synthc show` and `synthc report`."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from synthc.runtime.rows import DatasetWriter
from tests.cli.project import Project
from tests.cli.test_plan import PRIVATE
from tests.cli.walker import document

ANSWER = {"value": "yes", "ok": True, "raw": "yes", "logprob": -0.1, "p": {"yes": 0.9, "no": 0.1}}
SPEC = PRIVATE + """
prompt typed(text: text) -> "yes" | "no" {
  ask = \"\"\"{{ text }}?\"\"\"
}

filter asked = web
  | ask chatty = typed(text)

evaluate accuracy = next_word(warm, tuned) over users.test
"""


def dataset(folder: Path, frame: pl.DataFrame) -> None:
    """Write rows where a run's folder has them."""
    folder.mkdir(parents=True)
    writer = DatasetWriter(folder=folder, schema=dict(frame.schema))
    writer.write(frame)
    writer.close({})


@pytest.fixture
def ran(project: Project) -> Project:
    """Return a project with the folder of a run."""
    project.write("spec.synth", SPEC)
    run = project.folder / "runs/spec-12345678"
    assert project.run("compile", "-o", str(run / "graph.json")).code == 0
    texts = [f"row {number}\x1b[31m" + " word" * number for number in range(12)]
    frame = pl.DataFrame({"_id": texts, "text": texts})
    dataset(run / "datasets/web", frame)
    dataset(run / "datasets/asked", frame.with_columns(chatty=pl.Series([ANSWER] * 12)))
    dataset(run / "private/datasets/users", frame)
    (run / "models/warm").mkdir(parents=True)
    (run / "models/warm/model.safetensors").write_bytes(b"1234")
    (run / "metrics.json").write_text(json.dumps(document()["metrics"]))
    return project


def test_list(ran: Project) -> None:
    """Without a name all that a run has is listed."""
    said = ran.run("show", "spec")

    assert said.code == 0
    assert "web       source    public   runs/spec-12345678/datasets/web\n" in said.out


def test_rows(ran: Project) -> None:
    """Rows are blocks; what could steer the terminal is not passed on."""
    said = ran.run("show", "runs/spec-12345678", "asked", "--rows", "2")

    assert said.out == (
        "    1  text   row 0 [31m\n"
        "       chatty yes (0.90)\n"
        "    2  text   row 1 [31m word\n"
        "       chatty yes (0.90)\n"
    )


def test_where(ran: Project) -> None:
    """A condition is checked like one of a spec; of an answer its parts can be asked for."""
    assert ran.run("show", "spec", "web", "--where", "words(text) == 5 or contains(text, \"row 9\")").out.count("text row") == 2
    assert ran.run("show", "spec", "asked", "--where", 'chatty.p("yes") < 0.5').out == "no rows\n"


@pytest.mark.parametrize("text", ["words(txet) > 2", "words(text)", "words(text) >", ""])
def test_bad_where(ran: Project, text: str) -> None:
    """A condition that is none is shown with what is wrong in it."""
    said = ran.run("show", "spec", "web", "--where", text)

    assert (said.code, said.out) == (2, "")
    assert "error[" in said.err
    assert "fix:" not in said.err
    assert said.err.endswith("synthc: `--where` wants a condition over `text`, such as `words(text) > 5`\n")


def test_model_and_metrics(ran: Project) -> None:
    """A model shows its settings and files, an evaluation its numbers."""
    assert "warm: pretrain, declared at spec.synth:" in ran.run("show", "spec", "warm").out
    assert "model.safetensors (4 bytes)\n" in ran.run("show", "spec", "warm").out
    assert ran.run("show", "spec", "accuracy").out.startswith("accuracy: next word")


@pytest.mark.parametrize(
    ("argv", "answer"),
    [
        (("nope",), "there is no run `nope`; there are spec-12345678"),
        (("spec", "wbe"), "runs/spec-12345678: nothing is called `wbe`; did you mean `web`?"),
        (("spec", "tuned"), "runs/spec-12345678: `tuned` was not made yet; `synthc run` goes on with it"),
        (("spec", "users"), "`users` is private, and its rows are not shown; say `--private` at a terminal if you may see them"),
        (("spec", "users", "--private"), "`users` is private, and `--private` shows it at a terminal alone, never to a file or another program"),
        (("spec", "warm", "--where", "true"), "`--where` has no effect on `warm`, which has no rows"),
    ],
)
def test_refusals(ran: Project, argv: tuple[str, ...], answer: str) -> None:
    """What is not there or not to be shown is a sentence."""
    said = ran.run("show", *argv)

    assert (said.code, said.out) == (2, "")
    assert said.err == f"synthc: {answer}\n"


def test_no_runs(project: Project) -> None:
    """Before the first run there is a hint."""
    for command in ("show", "report"):
        assert project.run(command, "x").err == "synthc: there is no run `x`; `synthc run` makes one\n"
