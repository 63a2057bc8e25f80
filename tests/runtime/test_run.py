"""A run does what its graph says once, keeps what is done, and shows nothing private."""

from __future__ import annotations

import errno
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from synthc.runtime import run as running
from synthc.runtime.errors import RunError
from synthc.runtime.federated.charges import ledger_file
from synthc.runtime.outcome import Outcome
from synthc.runtime.store import Store
from tests.runtime.project import DECLARED, Project, project

Ran = tuple[Project, Outcome]
"""A project, and what running it came to."""


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    """A project that was run once, and what that came to; nobody may change it."""
    with pytest.MonkeyPatch.context() as patch:
        made = project(tmp_path_factory.mktemp("ran"), patch)
        outcome = made.run()
        assert outcome.problem is None
        yield made, outcome


def statuses(outcome: Outcome) -> dict[str, str]:
    """Return the status of each node."""
    return {node["name"]: node["status"] for node in outcome.document["nodes"]}


def test_the_folder_of_a_run_is_as_promised(ran: Ran) -> None:
    """Everything may be shown to anyone but what stands under `private/`."""
    _, outcome = ran
    names = {path.relative_to(outcome.folder).as_posix() for path in outcome.folder.rglob("*") if path.is_file()}

    assert {"graph.json", "events.jsonl", "metrics.json", "privacy.json", "report.html", "datasets/typed/part-00000.parquet"} <= names
    assert {"models/warm/seed-0/model.safetensors", "models/tuned/config.json", "private/datasets/phones/part-00000.parquet"} <= names
    assert (outcome.folder / "private").stat().st_mode & 0o777 == 0o700


def test_every_node_is_told_with_what_it_took(ran: Ran) -> None:
    """Rows are those counted on disk; requests are those sent."""
    made, outcome = ran
    nodes = {node["name"]: node for node in outcome.document["nodes"]}

    assert nodes["web"]["rows"] == 30
    assert nodes["typed"]["requests"] + nodes["invented"]["requests"] == len(made.endpoint.asked)
    assert nodes["invented"]["rows"] == 40


def test_of_private_nodes_nothing_is_told(ran: Ran) -> None:
    """Neither rows nor seconds nor failures, in the document and in the events."""
    made, outcome = ran
    private = {"phones", "accuracy"}
    told = [node for node in outcome.document["nodes"] if node["name"] in private]
    told += [event for event in made.events if event["event"] == "node_finished" and event["node"] in private]

    assert len(told) == 4
    assert all(entry["rows"] is entry["seconds"] is entry["failed_requests"] is None for entry in told)


def test_nothing_that_may_be_shown_holds_a_private_line_or_user(ran: Ran) -> None:
    """Every file outside `private/` is searched for what people typed and for their ids."""
    made, outcome = ran
    lines = [json.loads(line) for line in (made.folder / "phones.jsonl").read_text().splitlines()]
    for path in outcome.folder.rglob("*"):
        if path.is_file() and "private" not in path.relative_to(outcome.folder).parts:
            found = path.read_bytes()
            assert not any(line["text"].encode() in found or f'"{line["user"]}"'.encode() in found for line in lines), path


def test_metrics_have_models_pairs_and_their_release(ran: Ran) -> None:
    """Numbers over private people are marked as what they are."""
    metrics = ran[1].document["metrics"]["accuracy"]

    assert (metrics["release"], metrics["part"], metrics["times_scored"]) == ("not dp", "test", 1)
    assert [(pair["model"], pair["against"]) for pair in metrics["pairs"]] == [("warm", "baseline"), ("tuned", "warm")]
    assert metrics["models"]["warm"]["seeds"] == 1


def test_a_pretended_population_is_never_charged(ran: Ran) -> None:
    """No lifetime entry is written, and the document says who is not protected."""
    made, outcome = ran

    assert not ledger_file(made.folder, "some people").exists()
    assert "pretended 100,000, true users not protected" in outcome.document["privacy"]["phones"]["assumptions"]


def test_the_same_command_again_does_nothing(ran: Ran) -> None:
    """Every node is found in the store and nobody is asked."""
    made, _ = ran
    asked = len(made.endpoint.asked)
    again = made.run()

    assert set(statuses(again).values()) - {"done"} == {"cached"}
    assert [name for name, status in statuses(again).items() if status == "done"] == ["keyboard"]
    assert len(made.endpoint.asked) == asked


def test_a_change_recomputes_what_rests_on_it_alone(ran: Ran) -> None:
    """A threshold asks nothing again; what is not behind it stays."""
    made, _ = ran
    asked = len(made.endpoint.asked)
    other = Project(folder=made.folder, endpoint=made.endpoint, text=made.text.replace('p("yes") >= 0.5', 'p("yes") >= 0.1'))
    after = statuses(other.run(only="+warm"))

    assert {name for name, status in after.items() if status == "done"} == {"typed", "corpus", "keys", "warm", "keyboard"}
    assert after["invented"] == "cached"
    assert len(made.endpoint.asked) == asked


def test_plan_knows_what_is_there_without_reading_anything_private(ran: Ran, monkeypatch: pytest.MonkeyPatch) -> None:
    """Private files are known by their sizes and times, so that what was charged once is not planned again; of one that was touched nobody can tell."""
    made, _ = ran
    monkeypatch.setattr("synthc.runtime.walk.Walk._kind", lambda *_: "embedded")
    monkeypatch.setattr("synthc.runtime.walk.Walk._hash", lambda *_: pytest.fail("opened") if _[1].private else Store.hash_file(_[0].store, _[3], private=False))
    options = running.Options(project=made.folder)
    there = {name for name, there in running.finished(made.graph, options).items() if there}
    file = made.folder / "phones.jsonl"
    before = file.stat()
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    touched = {name for name, there in running.finished(made.graph, options).items() if there}
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert there == {"web", "typed", "invented", "corpus", "keys", "baseline", "warm", "phones", "tuned", "near", "accuracy"}
    assert touched == {"web", "typed", "invented", "corpus", "keys", "baseline", "warm"}


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("rounds = 4", "rounds = 5", r"`tuned` would bring the lifetime epsilon of `some people` from 3.96 to 4.24, and their budget is 4"),
        ("gaussian(clip = 0.3, epsilon = 4, delta = 9e-9)", "blt(clip = 0.3, epsilon = 4, delta = 9e-9, separation = 4)", "`tuned` adds noise by `blt`, and .* the two do not compose"),
    ],
    ids=["budget", "mechanism"],
)
def test_what_people_would_be_refused_to_is_known_before_anything_is_paid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, sentence: str) -> None:
    """Plan and run say the same, nobody is asked, and what an earlier run wrote stays; what is charged and there is no reason to refuse."""
    made = project(tmp_path, monkeypatch, population=DECLARED)
    outcome = made.run(only="+tuned")
    made.text = made.text.replace(old, new).replace("sample 20", "sample 30")
    asked = len(made.endpoint.asked)
    options = running.Options(project=made.folder)
    plan = running.foreseen(made.graph, options)
    run = made.run(only="+tuned")

    assert outcome.problem is None
    assert re.search(sentence, str(plan.refused))
    os.utime(tmp_path / "phones.jsonl")
    assert running.foreseen(made.graph, options).refused == plan.refused
    assert str(run.problem) == plan.refused
    assert len(made.endpoint.asked) == asked
    assert {event["event"] for event in made.events} == {"run_started", "run_finished"}
    assert made.run(only="+corpus").problem is None

    made.text = made.text.replace(new, old)
    assert running.foreseen(made.graph, options).refused is not None
    made.text = made.text.replace("sample 30", "sample 20")
    os.utime(tmp_path / "phones.jsonl", ns=(0, 0))
    touched = running.foreseen(made.graph, options)
    assert (touched.refused, touched.touched) == (None, ("phones",))
    assert "`tuned` would bring the lifetime epsilon" in str(touched.doubt)
    assert statuses(made.run(only="+tuned"))["tuned"] == "cached"


def test_what_was_stopped_half_way_goes_on_within_its_budget(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rounds that were charged already are not counted against it once more, by plan or by run."""
    monkeypatch.setattr("synthc.runtime.federated.federate.SECONDS_BETWEEN_STATES", 0.0)
    made = project(tmp_path, monkeypatch, population=DECLARED)
    ledger = ledger_file(made.folder, "some people")
    stopped = made.run(only="+tuned", stopping=lambda: ledger.exists() and len(ledger.read_text().splitlines()) >= 2)
    before = len(ledger.read_text().splitlines())

    assert stopped.problem is not None
    assert 2 <= before < 4
    assert running.foreseen(made.graph, running.Options(project=made.folder)).refused is None
    assert made.run(only="+tuned").problem is None
    assert len(ledger.read_text().splitlines()) == 4


def test_only_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A node alone needs its inputs in the store; `+NAME` brings them."""
    made = project(tmp_path, monkeypatch)

    assert str(made.run(only="corpus").problem).endswith("`corpus` needs `web`, which is not there yet; say `--only +corpus`")
    done = statuses(made.run(only="+corpus"))
    assert (done["corpus"], done["warm"]) == ("done", "skipped")
    assert statuses(made.run(only="corpus"))["corpus"] == "cached"


def test_a_name_spelled_wrong_is_answered_with_the_one_that_was_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--only` knows the names of the graph."""
    with pytest.raises(RunError, match=r"`--only \+corpsu`: nothing is called `corpsu`; did you mean `corpus`\?"):
        project(tmp_path, monkeypatch).run(only="+corpsu")


def test_a_requirement_that_does_not_hold_fails_the_run_and_keeps_its_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The evaluation is there to be read, and is not scored again."""
    made = project(tmp_path, monkeypatch, require="warm.top1 >= 0.99")
    first, again = made.run(), made.run()

    assert first.problem is not None
    assert (first.problem.exit_code, first.document["status"]) == (1, "failed")
    assert "`require = warm.top1 >= 0.99` does not hold" in str(first.problem)
    assert again.document["metrics"]["accuracy"]["times_scored"] == 1


def test_a_stopped_run_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends with what is done; the same command does the rest."""
    made = project(tmp_path, monkeypatch)
    stopped = made.run(stopping=lambda: any(e["event"] == "node_started" and e["node"] == "warm" for e in made.events))

    assert stopped.problem is not None
    assert (stopped.problem.exit_code, stopped.document["status"]) == (130, "interrupted")
    after = statuses(made.run())
    assert (after["baseline"], after["warm"], after["accuracy"]) == ("cached", "done", "done")


def test_a_full_disk_is_said_plainly_and_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run can be continued by the same command."""
    made = project(tmp_path, monkeypatch)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("synthc.runtime.mix.mix", full)
        problem = made.run().problem
        assert problem is not None
        assert problem.exit_code == 3
        assert str(problem).startswith("the disk is full; free some space")

    assert statuses(made.run(only="+corpus"))["typed"] == "cached"


def test_two_runs_of_the_same_are_not_at_work_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second is told to wait."""
    made = project(tmp_path, monkeypatch)
    seen: list[str] = []

    def while_at_work() -> bool:
        if not seen:
            seen.append("asked")
            with pytest.raises(RunError, match="another run is at work in"):
                made.run()
        return False

    made.run(only="+corpus", stopping=while_at_work)
    assert seen


def test_declared_people_are_charged_round_by_round_for_life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once per round, whatever is repeated; and not past their budget."""
    made = project(tmp_path, monkeypatch, population=DECLARED)
    outcome = made.run(only="+tuned")
    ledger = ledger_file(made.folder, "some people")

    assert len(ledger.read_text().splitlines()) == 4
    assert outcome.document["privacy"]["phones"]["lifetime_epsilon"] == pytest.approx(outcome.document["privacy"]["phones"]["epsilon"])
    assert running.spends_again(made.graph, running.Options(project=made.folder)) == ["tuned"]
    problem = made.run(only="tuned", fresh=True).problem
    assert problem is not None
    assert problem.exit_code == 1
    assert "would bring the lifetime epsilon of `some people`" in str(problem)
    assert len(ledger.read_text().splitlines()) == 4


def test_what_seeded_noise_made_is_not_private_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It charges nobody, stays under `private/`, and is the same again."""
    made = project(tmp_path / "a", monkeypatch, population=DECLARED)
    outcome = made.run(test_noise=3, only="+near")
    model = outcome.folder / "private" / "models" / "tuned" / "model.safetensors"

    assert not ledger_file(made.folder, "some people").exists()
    assert not (outcome.folder / "models" / "tuned").exists()
    assert (outcome.folder / "private" / "datasets" / "near").exists()
    assert "not private: the noise came from a seed" in outcome.document["privacy"]["phones"]["assumptions"]
    first = model.read_bytes()
    assert made.run(test_noise=3, fresh=True, only="tuned").folder == outcome.folder
    assert model.read_bytes() == first


def test_what_rests_on_seeded_noise_is_asked_about_on_this_machine_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A remote endpoint would learn what nothing protects."""
    made = project(tmp_path, monkeypatch, population=DECLARED)
    made.endpoint.remote = True
    made.text += "\nfilter again = near\n  | ask chatty = phone.typed_on_phone(text)\n  | where chatty.p(\"yes\") >= 0.5\n"

    assert "`again` may not ask `embedded`, which is not on this machine" in str(made.run(test_noise=3, only="+again").problem)


def test_a_limit_tries_the_whole_spec_on_a_few_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Little is read, little is trained, and nobody is charged."""
    made = project(tmp_path, monkeypatch, population=DECLARED)
    outcome = made.run(limit=9)
    rows = {node["name"]: node["rows"] for node in outcome.document["nodes"]}

    assert outcome.problem is None
    assert (rows["web"], rows["invented"]) == (9, 18)
    assert not ledger_file(made.folder, "some people").exists()
