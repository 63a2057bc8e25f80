"""Statistics of private text and numbers with noise, from the spec to the report."""

from __future__ import annotations

import json
import random
import socket
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from synthc.compiler.estimate import plan
from synthc.compiler.graph.accounting import round_up
from synthc.runtime.endpoints.fake import FakeEndpoint, chosen
from synthc.runtime.errors import InputError
from synthc.runtime.federated.charges import ledger_file
from synthc.runtime.outcome import Outcome
from synthc.runtime.publish.card import About, card
from synthc.runtime.publish.refuse import refuse
from tests.runtime.project import Project
from tests.runtime.spec import write_jsonl

SPEC = """synth 1

public source web = files("web.jsonl") { text = .text, topic = .topic }
private source phones = files("phones.jsonl") {
  text   = .text
  topic  = .topic
  user   = .user
  people = "phones"
  POPULATION
  split  = { test = 40% }
}

measure topics = histogram(topic) over phones {
  domain = ["work", "family", "sport"]
  dp     = gaussian(clip = 1.0, epsilon = 3)
}

generate cells = grid(day = 1..50, topic = topics.value, hour = 0..23)
  | sample 1000 { weigh = topics }

filter followed = web
  | sample 10 { weigh = topics }

filter few = web | take 10

vocab keys = word_vocab(web, topics) { size = 12 }
model keyboard = lstm(keys) { embedding = 8, hidden = 12, tied = true }
pretrain warm = keyboard on web { words = 200, batch = 8 }
pretrain other = keyboard on few { like = warm }

evaluate judged = next_word(warm, other) over phones.test {
  dp      = gaussian(epsilon = 2)
  metrics = [top1_macro, top3_macro]
  pairs   = [other vs warm]
  require = other.top1_macro >= 0.0
}

budget phones { epsilon = 8, delta = 1e-7 }
"""
PEOPLE = 400


def made(folder: Path, population: str = f"population = {PEOPLE}") -> Project:
    """Write a project of people who speak of work twice as often as of family, and of nothing else."""
    chance = random.Random(1)
    write_jsonl(folder / "web.jsonl", [{"text": f"see you at the bus stop number {line}", "topic": ["work", "holidays"][line % 2]} for line in range(60)])
    lines = [{"user": f"anna{user}", "topic": chance.choice(["work", "work", "family"]), "text": "see you at the bus stop later"} for user in range(PEOPLE) for _ in range(chance.randint(1, 4))]
    write_jsonl(folder / "phones.jsonl", lines)
    return Project(folder=folder, endpoint=FakeEndpoint(reply=lambda _: chosen(yes=1.0, no=0.0)), text=SPEC.replace("POPULATION", population))


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Outcome]:
    """Run it once, with all sockets closed."""
    project = made(tmp_path_factory.mktemp("measure"))
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "bind", "sendto", "sendmsg"):
            patch.setattr(socket.socket, name, refused)
        outcome = project.run()
    assert outcome.problem is None
    return project, outcome


def refused(*_: Any, **__: Any) -> None:
    """Stand for a network that is not there."""
    raise AssertionError("something would leave this machine")


def rows(outcome: Outcome, name: str, where: str = "datasets") -> pl.DataFrame:
    """Return the rows of a dataset as the run's folder shows them."""
    return pl.read_parquet(sorted((outcome.folder / where / name).glob("part-*.parquet")))


def test_counts_are_those_of_the_people_but_for_their_noise(done: tuple[Project, Outcome]) -> None:
    """Nobody weighs more than one; what nobody says counts nearly nothing."""
    found = rows(done[1], "topics")
    deviation = json.loads((done[1].folder / "datasets/topics/release.json").read_text())["deviation"]

    assert found["value"].to_list() == ["work", "family", "sport"]
    assert 1 < deviation < 4
    work, family = float(found["count"][0]), float(found["count"][1])
    assert 130 < work < 240
    assert work > family > 50
    assert abs(found["count"][2]) < 6 * deviation
    assert abs(float(found["share"].sum()) - 1) < 1e-9


def test_a_sample_of_cells_follows_the_counts(done: tuple[Project, Outcome]) -> None:
    """Each value has its share of the cells, no cell twice; hours and days are drawn alike."""
    shares = dict(rows(done[1], "topics").select("value", "share").iter_rows())
    found = rows(done[1], "cells")
    counts = Counter(found["topic"].to_list())

    assert found["_id"].n_unique() == 1000
    assert all(abs(counts[topic] - 1000 * share) <= 1 for topic, share in shares.items())
    assert found["hour"].n_unique() == 24


def test_a_sample_of_rows_follows_the_counts(done: tuple[Project, Outcome]) -> None:
    """What was not measured is left out, and what there are too few rows of makes the sample smaller."""
    shares = dict(rows(done[1], "topics").select("value", "share").iter_rows())
    found = Counter(rows(done[1], "followed")["topic"].to_list())

    told = [event["text"] for event in map(json.loads, (done[1].folder / "events.jsonl").read_text().splitlines()) if event.get("node") == "followed" and event["event"] == "note"]

    assert set(found) == {"work"}
    assert abs(found["work"] - 10 * shares["work"]) <= 1
    assert told == [f"`sample` found {found['work']} of the 10 rows: of some values of `topic` there are fewer than their share"]


def test_a_vocabulary_reads_measured_words_by_their_counts(done: tuple[Project, Outcome]) -> None:
    """What many people say is in it, though public text never does; noise that was taken for words is not counted."""
    words = json.loads((done[1].folder / "models/keys/vocab.json").read_text())["words"]

    assert {"work", "family", "bus"} <= set(words)
    assert len(words) == 12


def test_a_card_says_whose_text_was_counted(done: tuple[Project, Outcome]) -> None:
    """With the epsilon; and a model's card has the numbers that were released under DP."""
    project, outcome = done
    graph = project.graph
    of_rows, of_model = (card(About(node=graph.by_name[name], graph=graph, result=outcome.document, rows=None)) for name in ("cells", "other"))

    assert "It rests on `topics`, made on text of `phones` under user-level differential privacy: epsilon = " in of_rows
    assert "No private text was read" not in of_rows
    assert "| `judged` | `test` | top1_macro |" in of_model
    spent = outcome.document["privacy"]["phones"]["mechanisms"][1]["epsilon"]
    assert f"`judged` released its numbers with noise, under user-level differential privacy of their own, on text of `phones`: epsilon = {round_up(spent, 4):.4g} at" in of_model
    assert "No private text was read." not in of_model
    assert "top1_macro" not in of_rows


def test_the_numbers_of_an_evaluation_have_intervals_and_are_dp(done: tuple[Project, Outcome]) -> None:
    """Only what was asked for is there, and nobody's own accuracy."""
    found = done[1].document["metrics"]["judged"]

    assert (found["release"], found["times_scored"]) == ("dp", None)
    assert set(found["models"]["warm"]) == {"top1_macro", "top1_macro_interval", "top3_macro", "top3_macro_interval", "seeds"}
    low, high = found["models"]["other"]["top1_macro_interval"]
    assert 0 <= low <= found["models"]["other"]["top1_macro"] <= high <= 1
    assert found["pairs"][0]["metric"] == "top1_macro"
    assert 100 < found["users"] < 220


def test_both_are_charged_before_and_add_up(done: tuple[Project, Outcome]) -> None:
    """One line each in the lifetime ledger, and an epsilon of both together."""
    project, outcome = done
    lines = [json.loads(line) for line in ledger_file(project.folder, "phones").read_text().splitlines()]
    spent = outcome.document["privacy"]["phones"]

    assert sorted(line["node"] for line in lines) == ["judged", "topics"]
    assert [mechanism["node"] for mechanism in spent["mechanisms"]] == ["topics", "judged"]
    assert 3 < spent["epsilon"] < 5
    assert spent["lifetime_epsilon"] == spent["epsilon"]


def test_plan_and_report_say_the_same(done: tuple[Project, Outcome]) -> None:
    """What a run would spend and what it spent are one number, by one method."""
    project, outcome = done
    before, after = plan(project.graph, project.folder)["privacy"]["phones"], outcome.document["privacy"]["phones"]

    for key in ("epsilon", "epsilon_rdp", "rho", "delta", "adjacency", "accountant"):
        assert before[key] == after[key]
    assert [m["epsilon"] for m in before["mechanisms"]] == [m["epsilon"] for m in after["mechanisms"]]
    assert json.loads((outcome.folder / "privacy.json").read_text()) == outcome.document["privacy"]


def test_the_report_begins_with_one_sentence_on_all_of_it(done: tuple[Project, Outcome]) -> None:
    """What a person changes, in the counting and in the judging, with the epsilon of the ledger."""
    page = (done[1].folder / "report.html").read_text()
    epsilon: float = done[1].document["privacy"]["phones"]["epsilon"]

    assert "any outcome of the counting and the judging together" in page
    assert f"epsilon = {epsilon:.2f}"[:-1] in page


def test_nobody_learns_how_long_one_round_took(done: tuple[Project, Outcome]) -> None:
    """It takes the longer the more people are there and the more they typed; what rests on it alone has its seconds."""
    told = {node["name"]: node["seconds"] for node in done[1].document["nodes"]}
    log = [json.loads(line) for line in (done[1].folder / "events.jsonl").read_text().splitlines()]

    assert {name for name, seconds in told.items() if seconds is None} == {"phones", "topics", "judged"}
    assert {event["node"] for event in log if event["event"] == "node_finished" and event["seconds"] is None} == {"phones", "topics", "judged"}


def test_a_second_run_spends_nothing(done: tuple[Project, Outcome]) -> None:
    """What was released is there."""
    project, _ = done
    before = ledger_file(project.folder, "phones").read_bytes()
    again = project.run()

    assert {node["status"] for node in again.document["nodes"] if node["name"] in {"topics", "judged", "cells"}} == {"cached"}
    assert ledger_file(project.folder, "phones").read_bytes() == before


def test_what_was_released_is_not_paid_for_again_because_a_disk_lost_it(tmp_path: Path) -> None:
    """Public rows are made again; people are charged once more only if that is said."""
    project = made(tmp_path)
    assert project.run(only="+topics").problem is None
    before = ledger_file(project.folder, "phones").read_bytes()
    (kept,) = (project.folder / ".synth/store").glob("*/release.json")
    (kept.parent / "part-00000.parquet").write_bytes(b"")
    problem = project.run(only="+topics").problem

    assert "what `topics` released is damaged" in str(problem)
    assert ledger_file(project.folder, "phones").read_bytes() == before
    assert project.run(only="topics", fresh=True).problem is None
    assert len(ledger_file(project.folder, "phones").read_text().splitlines()) == 2


def test_what_was_released_may_be_published_and_a_try_out_may_not(done: tuple[Project, Outcome], tmp_path: Path) -> None:
    """Noise from a seed protects nobody."""
    project, outcome = done
    refuse(project.graph.by_name["cells"], project.graph, outcome.folder, outcome.document)
    tried = made(tmp_path)
    seeded = tried.run(test_noise=1)
    with pytest.raises(InputError, match="try-out"):
        refuse(tried.graph.by_name["cells"], tried.graph, seeded.folder, seeded.document)
    with pytest.raises(InputError, match="was not drawn from entropy"):
        refuse(tried.graph.by_name["cells"], tried.graph, seeded.folder, {**seeded.document, "test_noise": None})


def test_seeded_noise_lies_under_private(tmp_path: Path) -> None:
    """With all that is chosen by it; its numbers say that they are no release under DP, and nobody is charged."""
    project = made(tmp_path)
    outcome = project.run(test_noise=1)

    assert outcome.problem is None
    assert not (outcome.folder / "datasets/topics").exists()
    assert not (outcome.folder / "datasets/cells").exists()
    assert len(rows(outcome, "cells", "private/datasets")) == 1000
    assert outcome.document["metrics"]["judged"]["release"] == "not dp"
    assert outcome.document["metrics"]["judged"]["times_scored"] == 1, "whoever knows the seed knows the numbers without noise"
    assert not ledger_file(project.folder, "phones").exists()
    assert "Not private: the noise over" in (outcome.folder / "report.html").read_text()


def test_a_pretended_population_is_charged_to_nobody(tmp_path: Path) -> None:
    """And says whose text is not protected."""
    project = made(tmp_path, "simulate = 100k, draw = 50")
    outcome = project.run()

    assert outcome.problem is None
    assert not ledger_file(project.folder, "phones").exists()
    assert outcome.document["metrics"]["judged"]["release"] == "not dp"
    assert "Pretended 100,000, true users not protected" in (outcome.folder / "report.html").read_text()
    assert 40_000 < rows(outcome, "topics")["count"].sum() < 100_000
