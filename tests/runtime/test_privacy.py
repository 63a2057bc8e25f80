"""What is private stays under `private/`, and what is not private says so, whatever a run comes across."""

from __future__ import annotations

import json
import os
import threading
import time
import traceback
from pathlib import Path
from typing import Any

import pytest

from synthc.runtime.endpoints.fake import FakeEndpoint, chosen
from synthc.runtime.evaluation.evaluate import count_scoring
from synthc.runtime.federated.charges import ledger_file
from synthc.runtime.outcome import Outcome
from synthc.runtime.store import Store
from tests.runtime.project import Project
from tests.runtime.spec import Spec, spec, write_jsonl

SECRET = "my bank code is 8512"
SPEC = """synth 1

public source web = files("web.jsonl") {
  text = .text
}
private source phones = files("phones/*.jsonl") {
  text   = .text
  user   = .user
  people = "phones"
  POPULATION
  split  = { test = 50% }
}
private source testers = files("testers.jsonl") {
  text   = .text
  user   = .user
  people = "testers"
  split  = { test = 50% }
}

vocab keys = word_vocab(web) { size = 50 }
model keyboard = lstm(keys) { embedding = 8, hidden = 12, tied = true }
pretrain warm = keyboard on web { words = 200, batch = 8 }

federate tuned = warm over phones {
  rounds = 2
  cohort = 100
  local  = sgd(0.5, batch = 8)
  dp     = MECHANISM
  workers = 1
}

filter near = web
  | let fit = logprob(warm, text)
  | top 50% by fit

evaluate in_public = next_word(warm, tuned) over web
evaluate by_others = next_word(tuned) over testers.test
"""


def light(folder: Path, *, dp: str = "none", population: str = "population = 100k", more: str = "") -> Project:
    """Write a project that asks nobody and tunes for two rounds, by default without a mechanism."""
    write_jsonl(folder / "web.jsonl", [{"text": f"see you at the bus stop number {line}"} for line in range(20)])
    write_jsonl(folder / "phones/anna@example.org.jsonl", [{"user": f"anna{user}", "text": SECRET} for user in range(8)])
    write_jsonl(folder / "testers.jsonl", [{"user": f"bert{user}", "text": "the bus is late"} for user in range(8)])
    text = SPEC.replace("POPULATION", population).replace("MECHANISM", dp) + more
    return Project(folder=folder, endpoint=FakeEndpoint(reply=lambda _: chosen(yes=0.9, no=0.1)), text=text)


def released(folder: Path, **settings: str) -> Project:
    """Write a project that tunes under a mechanism and chooses public text by what came out."""
    made = light(folder, dp="gaussian(clip = 0.3, epsilon = 4)", **settings)
    made.text = made.text.replace("logprob(warm, text)", "logprob(tuned, text)") + "\nbudget phones { epsilon = 20, delta = 1e-8 }\n"
    return made


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Outcome]:
    """Run that project once, under the most generous umask."""
    before = os.umask(0)
    try:
        made = light(tmp_path_factory.mktemp("bare"))
        outcome = made.run()
    finally:
        os.umask(before)
    assert outcome.problem is None
    return made, outcome


def shown(folder: Path) -> list[Path]:
    """Return the files of a project that do not lie in a private folder, the data and the key left out."""
    found = [path for top in ("runs", ".synth") for path in (folder / top).rglob("*") if path.is_file()]
    return [path for path in found if "private" not in path.relative_to(folder).parts and path.name != "key"]


def test_no_file_outside_of_private_folders_holds_private_text_or_users(bare: tuple[Project, Outcome]) -> None:
    """Neither in the run's folder nor in what runs share; names of files count as private too."""
    for path in shown(bare[0].folder):
        assert not any(word in path.read_bytes() for word in (b"8512", b"anna", b"bert")), path


def test_private_folders_are_their_owner_s_whatever_the_umask(bare: tuple[Project, Outcome]) -> None:
    """Whoever may look into the project's folder gets no further there."""
    made, outcome = bare

    assert {path.stat().st_mode & 0o777 for path in (outcome.folder / "private", made.folder / ".synth/private")} == {0o700}
    assert (made.folder / ".synth/key").stat().st_mode & 0o777 == 0o600


def test_a_model_that_was_tuned_without_a_mechanism_lies_under_private_alone(bare: tuple[Project, Outcome]) -> None:
    """In the run's folder and in the store."""
    made, outcome = bare

    assert (outcome.folder / "private/models/tuned/model.safetensors").exists()
    assert not [path for path in shown(made.folder) if "tuned" in path.parts]
    models = {path.parent.parent.relative_to(made.folder).as_posix() for path in (made.folder / ".synth").rglob("federation.json")}
    assert models == {".synth/private/store"}


def test_numbers_of_a_private_model_are_a_release_even_over_public_rows(bare: tuple[Project, Outcome]) -> None:
    """They were made from what people typed, and nothing hides who typed it."""
    assert bare[1].document["metrics"]["in_public"]["release"] == "not dp"


def test_a_scoring_is_counted_for_the_people_who_are_scored(bare: tuple[Project, Outcome]) -> None:
    """Not for those on whom the model was tuned."""
    lines = (bare[0].folder / ".synth/privacy/evaluations.jsonl").read_text().splitlines()

    assert [json.loads(line)["people"] for line in lines] == ["testers"]


def test_the_log_does_not_tell_how_long_private_nodes_took(bare: tuple[Project, Outcome]) -> None:
    """Times of the run alone stand in it; two of a node would be its seconds."""
    events = [json.loads(line) for line in (bare[1].folder / "events.jsonl").read_text().splitlines()]

    assert {event["event"] for event in events if "time" in event} == {"run_started", "run_finished"}


def test_two_evaluations_at_once_are_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A count that is read is written before another reads it."""
    dumps, counts = json.dumps, list[int]()

    def slowly(value: Any) -> str:
        time.sleep(0.05)
        return dumps(value)

    monkeypatch.setattr(json, "dumps", slowly)
    threads = [threading.Thread(target=lambda: counts.append(count_scoring(tmp_path, "us", "test", "a"))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(counts) == [1, 2, 3]


def test_a_private_file_that_cannot_be_read_is_not_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be named after its user."""
    made, hash_file = light(tmp_path), Store.hash_file

    def refuse(store: Store, path: Path, *, private: bool) -> str:
        if private:
            raise PermissionError(13, "Permission denied", str(path))
        return hash_file(store, path, private=private)

    monkeypatch.setattr(Store, "hash_file", refuse)
    problem = made.run(only="phones").problem

    assert str(problem) == "small.synth:6:16: file 1 of the private source `phones` cannot be read (permission denied)"


def test_a_mistake_of_ours_does_not_tell_the_row_it_was_made_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its place is told, its message is not: the command line prints both."""

    def mistaken(record: Any, *_: Any) -> dict[str, Any]:
        raise KeyError(record.value["text"])

    monkeypatch.setattr("synthc.runtime.sources.read._row", mistaken)
    with pytest.raises(AssertionError) as found:
        light(tmp_path).run(only="phones")
    said = "".join(traceback.format_exception(found.value))

    assert "KeyError while private text was at work" in said
    assert "in mistaken" in said
    assert SECRET not in said
    assert found.value.__context__ is None


def test_of_what_protects_nobody_neither_counts_nor_notes_are_shown(tmp_path: Path) -> None:
    """What seeded noise chose and trained lies under `private/`, and so do its numbers; a true run behind it shares none of it."""
    made = released(tmp_path, more="\npretrain nearer = keyboard on near { like = warm }\n")
    tried = made.run(test_noise=3)
    assert tried.problem is None
    told = {node["name"]: node for node in tried.document["nodes"]}
    log = [json.loads(line) for line in (tried.folder / "events.jsonl").read_text().splitlines()]

    assert {name for name, node in told.items() if node["rows"] is node["seconds"] is None} == {"tuned", "near", "nearer", "in_public", "by_others", "phones", "testers"}
    assert {event["node"] for event in log if event["event"] == "note"} == {"keys", "warm"}
    assert tried.document["metrics"]["in_public"]["release"] == "not dp"
    assert not [path for path in shown(made.folder) if {"tuned", "near", "nearer"} & set(path.parts)]

    true = made.run(only="+near")
    status = {node["name"]: node["status"] for node in true.document["nodes"]}
    assert (status["warm"], status["tuned"], status["near"]) == ("cached", "done", "done")
    assert (true.folder / "models/tuned/model.safetensors").exists()
    assert len(ledger_file(made.folder, "phones").read_text().splitlines()) == 2


def test_what_a_pretended_population_taught_is_not_sent_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever points an endpoint elsewhere on the command line is told why not."""
    again = '\nimport std.phone\nfilter again = near\n  | ask chatty = phone.typed_on_phone(text)\n  | where chatty.p("yes") >= 0.5\n'
    made = released(tmp_path, population="simulate = 100k", more=again)
    made.endpoint.remote = True
    monkeypatch.setattr("synthc.runtime.walk.open_endpoint", lambda *_: made.endpoint)

    assert "what a pretended population taught stays on this machine, so `again` may not ask `embedded`" in str(made.run(only="+again").problem)


def test_the_tightest_budget_of_people_holds_whatever_files_they_are_in(tmp_path: Path) -> None:
    """Their lifetime is one: what one source's budget allows, another's forbids."""
    made = released(tmp_path, more='\nprivate source tablets = files("tablets.jsonl") { user = .user, people = "phones", population = 100k }\nbudget tablets { epsilon = 5, delta = 1e-8 }\n')
    ledger = ledger_file(made.folder, "phones")
    ledger.parent.mkdir(parents=True)
    ledger.write_text(json.dumps({"charge": "before", "mechanism": "gaussian", "round": 0, "sampling": 1.0, "noise": 1.0}) + "\n")

    assert "and their budget is 5" in str(made.run(only="+tuned").problem)
    assert len(ledger.read_text().splitlines()) == 1


def test_a_number_is_the_same_user_however_it_is_written(tmp_path: Path) -> None:
    """A table with gaps turns the user 7 into 7.0, who is still one person."""
    made: Spec = spec(tmp_path, '\nprivate source users = files("users.jsonl") {\n  user = .user\n  max_failures = 50%\n}\n')
    write_jsonl(tmp_path / "users.jsonl", [{"user": user, "text": "hi"} for user in (7, 7.0, "7", float("nan"), 8)])

    assert made.rows("users")["_user"].n_unique() == 2
    assert len(made.failures("users")) == 1


def test_files_with_next_to_none_of_the_people_declared_are_told_of_to_their_owner_alone(tmp_path: Path) -> None:
    """How few there are is private: the console and the private folder say it, the log and the report don't."""
    made = released(tmp_path)
    outcome = made.run(only="+tuned")
    assert outcome.problem is None
    said = [event["text"] for event in made.events if event["event"] == "owner_note"]

    assert len(said) == 1
    assert said[0].startswith(
        "warning: the files hold so few of the 100,000 people declared that of a cohort of about 100 fewer than 3 are there on average, often nobody:"
        " what comes out is little but noise; did you mean `simulate = 100000` in place of `population`?"
    )
    assert (outcome.folder / "private/tuned.notes.txt").read_text() == f"{said[0]}\n"
    assert not [path for path in shown(tmp_path) if b"so few of the" in path.read_bytes()]


@pytest.mark.parametrize(("population", "limit"), [("simulate = 100k", None), ("population = 100k", 20)])
def test_a_pretended_population_and_a_try_out_are_meant_to_have_few_people(tmp_path: Path, population: str, limit: int | None) -> None:
    """There nobody is warned."""
    made = released(tmp_path, population=population)
    made.run(only="+tuned", limit=limit)

    assert [event for event in made.events if event["event"] == "owner_note"] == []
