"""A search tries settings on people's own text: what it spends, what it shows and what it keeps to itself."""

from __future__ import annotations

import json
import os
import socket
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from synthc.compiler.estimate import plan
from synthc.compiler.graph.accounting import Search, SubsampledGaussian, epsilon, epsilon_rdp, noise_for_search
from synthc.runtime.endpoints.fake import FakeEndpoint, chosen
from synthc.runtime.evaluation import next_word
from synthc.runtime.evaluation.next_word import COUNTS, Counts
from synthc.runtime.federated import federate, search
from synthc.runtime.federated.charges import charged_events, ledger_file
from synthc.runtime.federated.search import geometric
from tests.runtime.project import Project
from tests.runtime.spec import write_jsonl

SPEC = """synth 1

public source web = files("web.jsonl")
private source phones = files("phones.jsonl") {
  user       = .user
  population = 100k
  split      = { tune = 40% }
}

vocab keys = word_vocab(web) { size = 50 }
model keyboard = lstm(keys) { embedding = 8, hidden = 12, tied = true }
pretrain warm = keyboard on web { words = 200, batch = 8 }

federate tuned = warm over phones {
  rounds  = 3
  cohort  = 1k
  local   = sgd(0.5, batch = 8)
  dp      = gaussian(clip = 0.3, epsilon = 4)
  search  = [{ local = sgd(0.1, batch = 8) }, { server = sgd(0.5) }, { local = sgd(2.0, batch = 8) }]
  choose  = best(part = "tune", tries = 3, noise = 20)
  workers = 1
}

evaluate judged = next_word(warm, tuned) over web
budget phones { epsilon = 8, delta = 1e-7 }
"""


def made(folder: Path) -> Project:
    """Write a project of twenty people."""
    write_jsonl(folder / "web.jsonl", [{"text": f"see you at the bus stop number {line}"} for line in range(20)])
    write_jsonl(folder / "phones.jsonl", [{"user": f"anna{user}", "text": "the bus is late again today"} for user in range(20) for _ in range(3)])
    return Project(folder=folder, endpoint=FakeEndpoint(reply=lambda _: chosen(yes=1.0, no=0.0)), text=SPEC)


def refused(*_: Any, **__: Any) -> None:
    """Stand for a network that is not there."""
    raise AssertionError("something would leave this machine")


def reached(folder: Path, file: str, there: int) -> bool:
    """Tell whether the tries of a search have written so many files of a name."""
    return len([path for path in (folder / ".synth/private/scratch").rglob(file) if "try-" in str(path)]) >= there


def record(folder: Path) -> dict[str, Any]:
    """Return what stands beside the tuned model."""
    (path,) = (folder / ".synth").rglob("federation.json")
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def test_a_search_costs_what_its_authors_say() -> None:
    """2.44 becomes 4.43 at a mean of ten tries and 5.59 at a hundred, but for the scores, which cost nearly nothing here."""
    one = SubsampledGaussian(sampling=0.01, noise=1.0, rounds=1000)
    assert round(epsilon_rdp([one], 1e-6), 2) == 2.44
    for tries, spent in ((10, 4.43), (100, 5.59)):
        whole = Search(sampling=0.01, noise=1.0, rounds=1000, score=1e5, tries=tries, times=1)
        assert round(epsilon([whole], 1e-6), 2) == spent
        assert epsilon([whole], 1e-6) == epsilon_rdp([whole], 1e-6)


def test_scores_are_charged_too() -> None:
    """Less noise on them is more epsilon, and so are two searches."""
    spent = [epsilon([Search(sampling=0.01, noise=1.0, rounds=100, score=score, tries=5, times=times)], 1e-6) for score, times in ((100, 1), (10, 1), (3, 1), (3, 2))]

    assert spent == sorted(spent)
    assert spent[0] < spent[-1] / 2


def test_noise_is_solved_for_the_whole_search() -> None:
    """All tries and their scores together spend no more than what was asked, and nearly that."""
    whole = Search(sampling=0.01, noise=0.0, rounds=100, score=20.0, tries=5, times=1)
    noise = noise_for_search(whole, epsilon=2.0, delta=1e-6)
    spent = epsilon([Search(sampling=0.01, noise=noise, rounds=100, score=20.0, tries=5, times=1)], 1e-6)

    assert 1.9 < spent <= 2.0


def test_an_epsilon_that_the_scores_alone_spend_is_refused() -> None:
    """In a sentence that says what to change."""
    with pytest.raises(ValueError, match="give them more noise, or try less often"):
        noise_for_search(Search(sampling=0.01, noise=0.0, rounds=10, score=0.1, tries=5, times=1), epsilon=1.0, delta=1e-6)


def test_the_number_of_tries_is_geometric() -> None:
    """From one on, with the mean and the spread that the accountant counts with."""
    drawn = np.array([geometric(float(chance), 4.0) for chance in np.random.default_rng(1).random(40_000)])

    assert drawn.min() == 1
    assert abs(drawn.mean() - 4) < 0.1
    assert abs((drawn == 1).mean() - 0.25) < 0.01
    assert abs(drawn.var() - 12) < 1


def test_one_model_comes_out_and_all_is_charged_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing tells how many tries there were: no line, no row, no second, no file; and no socket is opened meanwhile."""
    for name in ("connect", "connect_ex", "bind", "sendto", "sendmsg"):
        monkeypatch.setattr(socket.socket, name, refused)
    project = made(tmp_path)
    outcome = project.run()
    assert outcome.problem is None
    (line,) = [json.loads(line) for line in ledger_file(tmp_path, "phones").read_text().splitlines()]
    (entry,) = [node for node in outcome.document["nodes"] if node["name"] == "tuned"]
    shown = record(tmp_path)

    assert (line["mechanism"], line["rounds"], line["tries"], line["score"]) == ("search", 3, 3.0, 20.0)
    assert isinstance(charged_events(tmp_path, "phones")[0], Search)
    assert shown["chosen"] == project.graph.by_name["tuned"].settings["search"]["candidates"][shown["candidate"]]
    assert set(shown) == {"rounds_charged", "rounds", "noise_generator", "private", "candidate", "chosen"}
    assert entry["seconds"] is None
    assert f"is the best try of a search over 3 candidates; its settings are those of the candidate {shown['candidate'] + 1}." in (outcome.folder / "report.html").read_text()
    assert not [path for path in (tmp_path / ".synth/private/scratch").rglob("*") if path.is_file()]
    assert not [event for event in project.events if event["event"] == "progress" and event["node"] == "tuned"]
    log = [json.loads(line) for line in (outcome.folder / "events.jsonl").read_text().splitlines()]
    assert {event["event"] for event in log if "time" in event} == {"run_started"}


def test_the_times_of_files_do_not_tell_which_try_was_the_best(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that is older than what stands beside it was tried before the last; and a folder that took long had many tries."""
    scores = iter([0.9, 0.1])
    monkeypatch.setattr(search, "geometric", lambda *_: 2)
    monkeypatch.setattr(search, "_score", lambda *_: next(scores))

    def aged(*said: Any) -> Any:
        for path in (tmp_path / ".synth").rglob("*"):
            os.utime(path, (0, 0))
        return next_word.count(*said)

    monkeypatch.setattr(search, "count", aged)
    outcome = made(tmp_path).run()
    assert outcome.problem is None
    (beside,) = (tmp_path / ".synth/store").rglob("federation.json")

    assert all(file.stat().st_mtime > 0 for file in beside.parent.iterdir()), "written when all tries were over"
    assert len({path.stat().st_mtime_ns for path in [outcome.folder, *outcome.folder.rglob("*")]}) == 1


def test_plan_and_ledger_say_the_same(tmp_path: Path) -> None:
    """Before and after, by Renyi DP."""
    project = made(tmp_path)
    before = plan(project.graph, tmp_path)["privacy"]["phones"]
    after = project.run().document["privacy"]["phones"]

    assert before["epsilon"] == after["epsilon"] == after["epsilon_rdp"] == after["lifetime_epsilon"]
    assert after["accountant"].endswith("RDP")
    assert after["mechanisms"][0]["search"] == {"tries": 3.0, "rounds_of_a_try": 3, "score_noise": 20.0}
    assert after["mechanisms"][0]["epsilon"] <= 4
    assert "nobody sees how many tries a search makes, nor how long they take" in after["assumptions"]


def test_the_best_of_what_was_tried_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the score with its noise, of the candidates that were drawn."""
    scores = iter([0.1, 0.9, 0.3, 0.8, *[0.0] * 1000])
    tried: list[int] = []
    inner = search._inner

    def noted(context: Any, choice: int, index: int, folder: Path) -> Any:
        tried.append(choice)
        return inner(context, choice, index, folder)

    monkeypatch.setattr(search, "geometric", lambda *_: 4)
    monkeypatch.setattr(search, "_inner", noted)
    monkeypatch.setattr(search, "_score", lambda *_: next(scores))
    assert made(tmp_path).run().problem is None

    assert record(tmp_path)["candidate"] == tried[1]


def test_a_search_that_was_killed_goes_on_under_the_same_charge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the middle of a try and behind one: as many tries, one charge, and in test mode the same model."""
    whole, cut = made(tmp_path / "whole"), made(tmp_path / "cut")
    (tmp_path / "cut/.synth").mkdir()
    monkeypatch.setattr(search, "geometric", lambda *_: 3)
    monkeypatch.setattr(federate, "SECONDS_BETWEEN_STATES", 0.0)
    assert whole.run(test_noise=1).problem is None
    (tmp_path / "cut/.synth/key").write_bytes((tmp_path / "whole/.synth/key").read_bytes())
    for file, there in (("state.safetensors", 1), ("score.json", 1), ("score.json", 2)):
        stopped = cut.run(test_noise=1, stopping=partial(reached, tmp_path / "cut", file, there))
        assert stopped.document["status"] == "interrupted"
    assert cut.run(test_noise=1).problem is None
    models = [next((tmp_path / name / ".synth").rglob("federation.json")).with_name("model.safetensors").read_bytes() for name in ("whole", "cut")]

    assert models[0] == models[1]


def test_a_charge_survives_the_kill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second start finds it, and charges nobody."""
    project = made(tmp_path)

    def killed(*_: Any) -> float:
        raise KeyboardInterrupt

    score = search._score
    monkeypatch.setattr(search, "_score", killed)
    with pytest.raises(KeyboardInterrupt):
        project.run()
    monkeypatch.setattr(search, "_score", score)
    assert project.run().problem is None

    assert len(ledger_file(tmp_path, "phones").read_text().splitlines()) == 1


def test_scores_have_the_noise_that_is_counted() -> None:
    """As a multiple of the half that one user adds at most, under a key of each try's own."""
    counts = Counts(values=np.zeros((3, len(COUNTS))))
    settings = {"dp": {"score": 20.0}}
    found = [search._score(counts, settings, index.to_bytes(32, "big")) for index in range(4000)]

    assert abs(np.std(found) / 10 - 1) < 0.05
    assert abs(np.mean(found)) < 1


@pytest.mark.parametrize(("words", "hits"), [(0, 0), (1, 0), (1, 1), (10**9, 10**9)])
def test_one_user_moves_a_score_by_a_half_at_most(words: int, hits: int) -> None:
    """Whatever they wrote."""
    values = np.zeros((1, len(COUNTS)))
    values[0, COUNTS.index("words")], values[0, COUNTS.index("hits1")] = words, hits

    assert abs(search._score(Counts(values=values), {"dp": {"score": 0.0}}, bytes(32))) <= 0.5
