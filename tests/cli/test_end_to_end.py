"""From an empty `.synth` to rows, with the real walker."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.cli.project import Project

ROOT = Path(__file__).parents[2]
STUBBORN = """
import sys, time
from synthc.cli.stop import stoppable
with stoppable(lambda: print("tidied", flush=True)) as stopping:
    print("ready", flush=True)
    while True:
        time.sleep(0.01)
"""


def test_run_and_resume(project: Project) -> None:
    """A run makes rows that can be shown; the same command again finds everything done, and so does a plan."""
    first = json.loads(project.run("run", "--json").out)
    again = json.loads(project.run("run", "--json").out)

    assert [(node["name"], node["status"], node["rows"]) for node in first["nodes"]] == [("web", "done", 3), ("long", "done", 2)]
    assert [node["status"] for node in again["nodes"]] == ["cached", "cached"]
    assert first["run"] == again["run"]
    assert project.run("show", "spec", "long", "--where", "words(text) == 3").out == "    1  text now three words\n"
    assert project.run("plan").out.count("done") == 2


def test_report(project: Project) -> None:
    """The report is there after a run, and can be written anew."""
    said = project.run("run")
    place = said.out.splitlines()[-1].removeprefix("report: ")
    (project.folder / place).unlink()

    assert project.run("report", "spec").out.rstrip().endswith(place)
    assert (project.folder / place).exists()


def test_missing_input(project: Project) -> None:
    """A source whose file is not there stops the run with a sentence that names it."""
    (project.folder / "web.jsonl").unlink()
    said = project.run("run")

    assert said.code == 2
    assert "web.jsonl" in said.err
    assert "Traceback" not in said.err


def test_unknown_only(project: Project) -> None:
    """`--only` with a misspelt name is guessed."""
    said = project.run("run", "--only", "lnog")

    assert said.code == 2
    assert "did you mean `long`?" in said.err


def test_second_interrupt() -> None:
    """Whoever presses Ctrl-C twice is out at once, and the terminal is tidied."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        said = [process.stderr.readline() for _ in range(2)]
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=300)

    assert (process.returncode, out) == (130, "tidied\n")
    assert "once more to leave at once" in said[1]
