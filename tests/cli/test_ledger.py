"""`synthc ledger`, `lock`, `retry` and `run --replay`, as users type them."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from synthc.runtime.endpoints.base import Request
from synthc.runtime.endpoints.fake import FakeEndpoint
from tests.cli.project import Project
from tests.runtime.asked import SPEC, write_rows


@pytest.fixture
def ran(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project whose spec was run once; of the answers one can't be read."""
    project = Project(folder=tmp_path, capture=capsys)
    project.write("spec.synth", SPEC)
    write_rows(tmp_path, [f"text {n}" for n in range(5)])

    def reply(request: Request) -> str:
        return "none" if request.text.endswith("text 3") else "1"

    monkeypatch.setattr("synthc.runtime.walk.open_endpoint", lambda *_: FakeEndpoint(reply=reply))
    assert project.run("run").code == 0
    return project


def calls(project: Project) -> int:
    """Return how many calls are in the ledger."""
    return int(sqlite3.connect(project.folder / ".synth" / "ledger.sqlite").execute("SELECT COUNT(*) FROM calls").fetchone()[0])


def test_calls_are_counted_by_endpoint_model_and_prompt(ran: Project) -> None:
    """With what they took."""
    said = ran.run("ledger", "list")
    (group,) = json.loads(ran.run("ledger", "list", "--json").out)["calls"]

    assert said.out.splitlines()[0].split() == ["endpoint", "model", "prompt", "answered", "failed", "tokens", "first", "last"]
    assert said.out.splitlines()[1].split()[:6] == ["embedded", "fake", "reworded", "7", "0", "77"]
    assert (group["prompt"], group["answered"], group["tokens"], group["open"]) == ("reworded", 7, 77, 0)


@pytest.mark.parametrize("chosen", [("--prompt", "other"), ("--endpoint", "llm"), ("--model", "gpt"), ("--before", "2020-01-01"), ("--since", "2999-01-01")])
def test_what_is_not_chosen_is_left_out(ran: Project, chosen: tuple[str, str]) -> None:
    """By name, or by day."""
    assert ran.run("ledger", "list", *chosen).out == "no calls are meant\n"
    assert ran.run("ledger", "export", *chosen).out == ""


def test_an_export_has_questions_and_answers(ran: Project) -> None:
    """One call a line."""
    lines = [json.loads(line) for line in ran.run("ledger", "export").out.splitlines()]

    assert len(lines) == 7
    assert {line["reply"]["text"] for line in lines} == {"1", "none"}
    assert all(line["request"]["messages"][1][1].startswith("How many? text ") for line in lines)


def test_what_nothing_protects_is_never_exported(ran: Project) -> None:
    """Such as what was asked about rows behind a mechanism whose noise was seeded."""
    with sqlite3.connect(ran.folder / ".synth" / "ledger.sqlite") as ledger:
        ledger.execute("UPDATE askings SET document = replace(document, '\"label\":\"public\"', '\"label\":\"simulated\"')")

    said = ran.run("ledger", "export", "--prompt", "reworded")
    assert (said.code, said.out) == (0, "")
    assert said.err.startswith("synthc: 7 calls are not exported: nothing protects who is behind the rows they are about")
    assert ran.run("ledger", "export", "--prompt", "other").err == ""


def test_a_ledger_alone_is_listed_and_help_names_what_else_there_is(ran: Project) -> None:
    """Nobody has to know the four words."""
    assert ran.run("ledger").out == ran.run("ledger", "list").out
    assert all(f"`{word}`" in ran.run("ledger", "--help").out for word in ("list", "export", "prune", "rescue"))


def test_what_runs_rest_on_is_not_pruned_as_unused(ran: Project) -> None:
    """What belongs to a prompt of before is."""
    assert ran.run("ledger", "prune", "--unused", "--yes").out == "0 calls deleted\n"
    with sqlite3.connect(ran.folder / ".synth" / "ledger.sqlite") as ledger:
        ledger.execute("UPDATE calls SET key = 'a' || substr(key, 2) WHERE id = 1")

    refused = ran.run("ledger", "prune", "--unused")
    assert (refused.code, refused.err) == (2, "synthc: this would delete 1 calls, whose answers were paid for; say `--yes` if that is meant\n")
    assert ran.run("ledger", "prune", "--unused", "--yes", "--json").out == '{"deleted": 1}\n'
    assert calls(ran) == 6


def test_pruning_wants_to_know_what(ran: Project) -> None:
    """Nobody deletes all by leaving an option out."""
    assert ran.run("ledger", "prune", "--yes").err == "synthc: say which calls may go: `--unused`, `--before DATE`, `--endpoint`, `--model` or `--prompt`\n"
    assert ran.run("ledger", "list", "--yes").err == "synthc: `--unused` and `--yes` belong to `prune`, not to `list`\n"
    assert ran.run("ledger", "prune", "--prompt", "reworded", "--yes").out == "7 calls deleted\n"


def test_a_lock_is_replayed(ran: Project) -> None:
    """From the ledger alone."""
    assert ran.run("lock").out == "spec.lock: 3 datasets, 7 calls\n"
    said = ran.run("run", "--replay")
    assert said.code == 0
    assert said.out.endswith("replay: 3 of 3 datasets are the same as when they were locked\n")
    assert ran.run("run", "--replay", "--limit", "3").err == "synthc: `--limit` has no place beside `--replay`, which rebuilds what is locked and asks nobody\n"


def test_rows_that_were_set_aside_are_tried_again(ran: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the name of the run."""
    monkeypatch.setattr("synthc.runtime.walk.open_endpoint", lambda *_: FakeEndpoint(reply=lambda _: "2"))
    said = ran.run("retry", "spec", "counted", "--json")

    assert {node["name"]: node["rows"] for node in json.loads(said.out)["nodes"]} == {"web": 5, "counted": 5, "longer": 5}
    assert ran.run("retry", "spec").err.endswith("there is nothing to try again\n")


def test_without_a_ledger_it_is_said_how_one_begins(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2."""
    said = Project(folder=tmp_path, capture=capsys).run("ledger", "list")

    assert (said.code, said.err) == (2, "synthc: .synth/ledger.sqlite: there is no ledger; `synthc run` begins one with the first question that it asks\n")


def test_a_damaged_ledger_is_rescued(ran: Project) -> None:
    """With how many answers are lost of those that runs rest on; a whole one is left alone."""
    assert ran.run("ledger", "rescue").err.endswith("it is not damaged, so there is nothing to rescue\n")
    path = ran.folder / ".synth" / "ledger.sqlite"
    with sqlite3.connect(path) as ledger:
        ledger.execute("DELETE FROM calls WHERE id = 1")
        ledger.execute("DROP TABLE spent")
    ledger.close()

    said = ran.run("ledger", "rescue")

    assert said.out == (
        "6 answers rescued; the damaged ledger lies in .synth/ledger.damaged.sqlite\n1 answers that runs rest on are lost, and will be asked for again when they are needed\n"
    )
    assert ran.run("ledger", "rescue", "--endpoint", "llm").err.endswith("`rescue` saves all that it can; it takes no choice\n")
