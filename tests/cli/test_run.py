"""`synthc run`: what it asks the walker, and how it shows what came of it."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable

import pytest

import synthc.runtime
from synthc.cli.progress import Bars
from synthc.runtime.errors import Interrupted, OutsideFault
from synthc.runtime.outcome import Outcome
from tests.cli.project import Project
from tests.cli.walker import Walker, document

EVENTS = (
    {"event": "node_started", "time": 1.0, "node": "long", "kind": "filter"},
    {"event": "progress", "time": 2.0, "node": "long", "done": 2, "total": 4, "unit": "rows", "loss": 0.5},
    {"event": "note", "time": 2.0, "node": "long", "text": "[mind] this"},
    {"event": "node_finished", "time": 3.0, "node": "long", "status": "done", "kind": "filter", "rows": 2, "requests": 0, "seconds": 2.0},
    {"event": "node_finished", "time": 3.0, "node": "web", "status": "cached", "kind": "source", "rows": None, "seconds": None},
)


@pytest.fixture
def walker(project: Project, monkeypatch: pytest.MonkeyPatch) -> Walker:
    """Put a walker that does nothing in the place of the real one."""
    folder = project.folder / "runs/spec-1"
    folder.mkdir(parents=True)
    (folder / "report.html").write_text("")
    fake = Walker(outcome=Outcome(document=document(), problem=None, folder=folder), events=EVENTS)
    module = fake.module()
    monkeypatch.setitem(sys.modules, "synthc.runtime.run", module)
    monkeypatch.setattr(synthc.runtime, "run", module, raising=False)
    return fake


@pytest.mark.usefixtures("walker")
def test_results(project: Project) -> None:
    """The end shows accuracies, comparisons, what was spent, who answered, and where the report is."""
    said = project.run("run")

    assert said.code == 0
    assert said.out == (
        "accuracy: next word, on the part `test`, released without DP, scored 1 time so far\n"
        "  model      top-1   top-3\n"
        "  baseline  10.00%  20.00%\n"
        "  warm      12.30%  25.00%\n"
        "  warm against baseline, top-1: +23.0% (95% interval by user +21.0% to +25.0%)\n"
        "\n"
        "privacy of `phones` (people `quickstart`): epsilon 3.42 at delta 1e-08; pretended 1,000,000, true users not protected\n"
        "  tuned: gaussian, clip 0.3, noise 0.7024, 40 rounds of about 5,000 people (each with a chance of 0.00714), epsilon 4 at delta 1e-09\n"
        "  each epsilon is told at the delta beside it: the whole, at a larger one, may be below a part\n"
        "answers came from the bundled 5M model, which is there to make the pipeline run, not to replace a real LLM\n"
        "report: runs/spec-1/report.html\n"
    )
    assert said.err == "long: filter\nlong: [mind] this\nlong: done, 2 rows, 2.0 s\nweb: cached\n"


def test_options(project: Project, walker: Walker) -> None:
    """Every option reaches the walker, and the graph is written first."""
    project.run("run", "--seed", "3", "--limit", "9k", "--only", "+long", "--test-noise", "7", "--endpoint", "embedded=tgi:http://x:1", "--set", "least=3")
    assert walker.options is not None
    options = walker.options

    assert (options.project, options.seed, options.limit, options.test_noise, options.only) == (project.folder, 3, 9000, 7, "+long")
    assert options.endpoints == {"embedded": "tgi:http://x:1"}
    assert json.loads((project.folder / "build/spec.graph.json").read_text())["params"] == {"least": 3}


@pytest.mark.usefixtures("walker")
def test_json(project: Project) -> None:
    """Standard output holds one JSON document and nothing else."""
    assert json.loads(project.run("run", "--json").out) == document()


def test_seeded_noise(project: Project, walker: Walker) -> None:
    """A run whose noise came from a seed shows no epsilon."""
    made = document()
    made["privacy"]["phones"]["assumptions"] = ["not private: the noise came from a seed"]
    walker.outcome = Outcome(document=made, problem=None, folder=walker.outcome.folder)

    assert "privacy of `phones` (people `quickstart`): not private: the noise came from a seed\n" in project.run("run").out


@pytest.mark.parametrize(("problem", "code"), [(OutsideFault("`llm` does not answer; start it"), 3), (Interrupted("stopped"), 130)])
def test_problems(project: Project, walker: Walker, problem: OutsideFault | Interrupted, code: int) -> None:
    """What stopped a run is said at the end, and is the exit code; JSON is printed all the same."""
    walker.outcome = Outcome(document=document(status="failed"), problem=problem, folder=walker.outcome.folder)
    said = project.run("run", "--json")

    assert said.code == code
    assert json.loads(said.out)["status"] == "failed"
    assert said.err.endswith(f"synthc: {problem}\n")


@pytest.mark.parametrize(
    ("argv", "answer"),
    [
        (("--engine", "ray:"), "there is no engine `ray:`; say `local`, `ray`, or `ray:ADDRESS`"),
        (("--engine", "spark"), "there is no engine `spark`"),
        (("--limit", "0"), "at least 1 is wanted"),
        (("--seed", "x"), "`x` is no whole number; write it as 20, 10k or 1M"),
        (("--limt", "3"), "there is no option `--limt`; did you mean `--limit`?"),
        (("--colour",), "there is no option `--colour`; `--help` lists them"),
        (("spec",), "spec: there is no such file; did you mean `spec.synth`?"),
    ],
)
def test_wrong_usage(project: Project, argv: tuple[str, ...], answer: str) -> None:
    """What cannot be done is refused before anything is."""
    said = project.run("run", *argv)

    assert (said.code, said.out) == (2, "")
    assert answer in said.err


def test_fresh(project: Project, walker: Walker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Privacy is not spent again unasked; away from a terminal only `--yes` says so."""
    walker.spends = ["tuned", "cold"]
    monkeypatch.setattr("sys.stdin", open(os.devnull))  # noqa: PTH123, SIM115 - closed with the test
    said = project.run("run", "--fresh")

    assert said.code == 2
    assert said.err == "synthc: `--fresh` would spend privacy again, for `tuned`, `cold`; say `--yes` if that is meant\n"
    assert project.run("run", "--fresh", "--yes").code == 0
    walker.spends = []
    assert project.run("run", "--fresh").code == 0


def test_interrupt(project: Project, walker: Walker) -> None:
    """The first Ctrl-C asks the run to stop, and afterwards the key means what it meant before."""
    seen: list[bool] = []

    def meanwhile(stopping: Callable[[], bool]) -> None:
        seen.append(stopping())
        os.kill(os.getpid(), signal.SIGINT)
        seen.append(stopping())

    walker.meanwhile = meanwhile
    before = signal.getsignal(signal.SIGINT)
    project.run("run")

    assert seen == [False, True]
    assert signal.getsignal(signal.SIGINT) is before


def test_bars(capsys: pytest.CaptureFixture[str]) -> None:
    """On a terminal the same events move bars, and finished nodes leave a line."""
    bars = Bars()
    for event in EVENTS:
        bars(event)
    bars.close()
    shown = capsys.readouterr().err

    assert "[mind] this" in shown
    assert "long: done, 2 rows, 2.0 s" in shown
    assert "web: cached" in shown
