"""An exported app: what it promises, what it writes down, and that its two halves tune a model together, in this process."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flwr.app import Context, Error, Message, RecordDict
from flwr.cli.build import build_fab_from_disk
from flwr.clientapp import ClientApp

from synthc.compiler.graph import Graph, Privacy
from synthc.compiler.graph.accounting import SubsampledGaussian, epsilon
from synthc.runtime.errors import InputError, OutsideFault
from synthc.runtime.federated.deployed.apps import client, joined, read_text, tune
from synthc.runtime.federated.deployed.book import Book
from synthc.runtime.federated.deployed.terms import Terms, terms
from synthc.runtime.federated.deployed.write import write_app
from synthc.runtime.federated.flat import flat
from synthc.runtime.federated.grid import RUN, NearGrid
from synthc.runtime.federated.messages import Done, Task
from synthc.runtime.store import Store
from synthc.runtime.training.checkpoint import load_model
from tests.compiled import graph_of
from tests.runtime.federated.small import saved

SPEC = """synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }
private source phones = files("phones.jsonl") { user = .user, PEOPLE, split = { test = 10% } }
vocab keys = word_vocab(web) { size = 40 }
model tiny = lstm(keys) { embedding = 8, hidden = 8 }
pretrain warm = tiny on web { words = 1k }
federate tuned = warm over phones {
  rounds = 3
  cohort = 4
  local  = sgd(0.5)
  server = sgd(1.0, momentum = 0.9)
  dp     = DP
}
budget phones { epsilon = 40, delta = 1e-6 }
"""
REAL, PRETENDED, GAUSSIAN = "population = 1k", "simulate = 1k, draw = 4", "gaussian(clip = 0.3, epsilon = 4)"


def graph(folder: Path, people: str = REAL, dp: str = GAUSSIAN) -> Graph:
    """Return the graph of a small federation."""
    folder.mkdir(exist_ok=True)
    return graph_of(folder / "spec.synth", SPEC.replace("PEOPLE", people).replace("DP", dp))


def app(folder: Path, participations: int = 1) -> Terms:
    """Export the app of a run that ended before the federation, and return its terms."""
    of = graph(folder)
    saved(folder / "run" / "models" / "warm" / "seed-0")
    return write_app(folder / "run", of, of.by_name["tuned"], folder / "app", participations=participations, version="1.0").terms


class Phones(NearGrid):
    """Devices in this process, each with the app and text of its own; one of them fails."""

    def __init__(self, folder: Path, texts: Mapping[int, Path], broken: int | None = None) -> None:
        """Take what each device has typed."""
        super().__init__(len(texts))
        self.apps: dict[int, ClientApp] = dict.fromkeys(texts, client(folder))
        self.texts, self.broken = texts, broken

    def get_node_ids(self) -> list[int]:
        """Return who is there."""
        return list(self.texts)

    def send_and_receive(self, messages: Iterable[Message], *, timeout: float | None = None) -> list[Message]:
        """Have each device answer."""
        del timeout
        return [self._answer(message) for message in messages]

    def _answer(self, message: Message) -> Message:
        node = message.metadata.dst_node_id
        if node == self.broken:
            return Message(Error(code=0, reason="the battery is empty"), reply_to=message)
        config: dict[str, Any] = {"text": str(self.texts[node])}
        return self.apps[node](message, Context(run_id=RUN, node_id=node, node_config=config, state=RecordDict(), run_config={}))


def phones(folder: Path, count: int, broken: int | None = None) -> Phones:
    """Return devices that each have some text."""
    texts = {}
    for node in range(1, count + 1):
        texts[node] = folder / f"{node}.jsonl"
        texts[node].write_text(f'{{"text": "w{node} w2 w3 w4"}}\n' * 4)
    return Phones(folder / "app" / "device_app", texts, broken)


def lines(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_the_app_keeps_the_epsilon_without_anything_that_rests_on_sampling(tmp_path: Path) -> None:
    """The noise of a simulation that counts on who is drawn is too little; a device that joins twice needs more."""
    once, twice = app(tmp_path / "once"), app(tmp_path / "twice", participations=2)
    planned = graph(tmp_path).by_name["tuned"].settings["dp"]["noise"]

    assert planned < once.noise < twice.noise
    for of in (once, twice):
        assert of.epsilon == pytest.approx(epsilon([SubsampledGaussian(sampling=1.0, noise=of.noise, rounds=of.participations)], of.delta))
        assert of.epsilon <= 4
    assert (once.adjacency, once.participations) == ("zero-out", 1)


def test_the_app_is_one_that_flower_builds_without_model_ledger_or_state(tmp_path: Path) -> None:
    """Devices get the vocabulary and the terms; weights come with the first round."""
    app(tmp_path)
    built = build_fab_from_disk(tmp_path / "app")

    assert b"device_app/terms.json" in built
    assert b"device_app/target/vocab.json" in built
    assert b"safetensors" not in built
    assert (tmp_path / "app" / "state" / "ledger.jsonl").read_text() == ""


def test_the_keys_of_an_open_round_are_not_sent_to_devices(tmp_path: Path) -> None:
    """A stopped run goes on with `flwr run`, which packs all JSON of the folder; whoever has the keys could take the noise away again."""
    app(tmp_path)
    for name in ("keys.json", "rounds.jsonl", "participations.jsonl"):
        (tmp_path / "app" / "state" / name).write_text("{}\n")

    with zipfile.ZipFile(io.BytesIO(build_fab_from_disk(tmp_path / "app"))) as built:
        names = built.namelist()

    assert "device_app/terms.json" in names
    assert not [name for name in names if name.startswith("state/")]


def test_one_server_at_a_time(tmp_path: Path) -> None:
    """A second one would add the noise of a round to another sum, and the difference of both has none."""
    of, state = app(tmp_path), tmp_path / "app" / "state"
    with Store(root=state).lock("server"), pytest.raises(OutsideFault, match="another server is at work"):
        tune(phones(tmp_path, 4), of, state, least=2, seconds=5)

    assert not (state / "keys.json").exists()


def test_a_line_that_a_kill_cut_off_does_not_stop_an_app(tmp_path: Path) -> None:
    """Who stands in it was not asked; who stands before it was."""
    of = app(tmp_path)
    book = Book(folder=tmp_path, terms=of)
    book.take([1, 2], 0)
    with (tmp_path / "participations.jsonl").open("a") as file:
        file.write('{"node": 3, "ro')
    again = Book(folder=tmp_path, terms=of)
    again.take([4], 1)

    assert again.may([1, 2, 3, 4]) == [3]
    assert Book(folder=tmp_path, terms=of).may([1, 2, 3, 4]) == [3]


def test_a_device_that_comes_back_under_another_id_joins_no_more_than_was_promised(tmp_path: Path) -> None:
    """A SuperNode without keys of its own has a new id after each start; the device itself counts."""
    of = app(tmp_path, participations=2)
    text = tmp_path / "typed.jsonl"
    text.write_text('{"text": "w1 w2"}\n')
    other = replace(of, noise=of.noise * 2)

    assert [joined(text, of, round_) for round_ in range(3)] == [True, True, False]
    assert joined(text, other, 0)


def test_a_device_sends_a_clipped_sum_and_nothing_that_it_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither how much it holds nor what a mistake says of it, nor an update longer than was promised, whatever it is asked."""
    of = app(tmp_path)
    there = phones(tmp_path, 3)
    weights = flat(load_model(tmp_path / "app" / "state" / "start").model)
    asked = Task(weights=weights, users=np.zeros(9, np.int64), norm=1e9, round=0, seed=0).record()
    done = Done.read(there._answer(there.create_message(asked, "train", 1, "0")).content)

    assert done.total is not None
    assert 0 < np.linalg.norm(done.total) <= of.clip * (1 + 1e-6)
    assert not done.stats.any()

    def mistaken(path: Path, column: str) -> list[str]:
        raise KeyError(path.read_text(), column)

    monkeypatch.setattr("synthc.runtime.federated.deployed.apps.read_text", mistaken)
    with pytest.raises(RuntimeError, match="does not take part: KeyError") as found:
        there._answer(there.create_message(asked, "train", 2, "0"))
    assert found.value.__context__ is None


def test_two_halves_tune_a_model_and_charge_every_round_before_it_is_released(tmp_path: Path) -> None:
    """Nobody joins more often than is promised, however many rounds there are."""
    of = app(tmp_path)
    state = tmp_path / "app" / "state"
    tune(phones(tmp_path, 9), of, state, least=2, seconds=5)

    assert [(line["round"], line["sampling"], line["noise"]) for line in lines(state / "ledger.jsonl")] == [(n, 1.0, of.noise) for n in range(3)]
    joined = [line["node"] for line in lines(state / "participations.jsonl")]
    assert sorted(joined) == sorted(set(joined)) == list(range(1, 10))
    moved = flat(load_model(state / "tuned").model) - flat(load_model(state / "start").model)
    assert moved.std() > of.noise * of.clip / of.cohort


def test_a_stopped_app_goes_on_where_it_was(tmp_path: Path) -> None:
    """Its rounds are charged once, and who joined has joined."""
    of = app(tmp_path)
    state = tmp_path / "app" / "state"
    there = phones(tmp_path, 12)
    asked: list[int] = []

    class Stopped(Exception):
        pass

    def stopping(messages: Iterable[Message], *, timeout: float | None = None) -> list[Message]:
        asked.append(len(list(messages)))
        if len(asked) == 3:
            raise Stopped
        return Phones.send_and_receive(there, messages, timeout=timeout)

    there.send_and_receive = stopping  # type: ignore[method-assign]
    with pytest.raises(Stopped):
        tune(there, of, state, least=2, seconds=5)
    tune(phones(tmp_path, 12), of, state, least=2, seconds=5)

    assert [line["round"] for line in lines(state / "ledger.jsonl")] == [0, 1, 2]
    joined = [line["node"] for line in lines(state / "participations.jsonl")]
    assert len(joined) == len(set(joined))


def test_a_device_that_fails_or_lies_counts_as_zero_or_as_the_clip(tmp_path: Path) -> None:
    """The server clips once more what devices should have clipped, and divides by the planned cohort."""
    of = app(tmp_path)
    there = phones(tmp_path, 4, broken=3)
    answer = there._answer

    def lying(message: Message) -> Message:
        reply = answer(message)
        if message.metadata.dst_node_id == 1:
            done = Done.read(reply.content)
            assert done.total is not None
            return Message(Done(total=done.total * 1e9, stats=done.stats).record(), reply_to=message)
        return reply

    there._answer = lying  # type: ignore[method-assign]
    state = tmp_path / "app" / "state"
    tune(there, of, state, least=2, seconds=5)
    moved = flat(load_model(state / "tuned").model) - flat(load_model(state / "start").model)

    assert np.abs(moved).max() < 100


def test_a_device_that_answers_twice_counts_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice its clip would be more than the noise hides."""
    of, added = app(tmp_path), list[float]()
    there = phones(tmp_path, 4)
    once = there.send_and_receive
    there.send_and_receive = lambda messages, **_: once(messages) * 2  # type: ignore[method-assign]
    monkeypatch.setattr("synthc.runtime.federated.deployed.strategy.add_clipped", lambda *said: added.append(said[-1]))
    tune(there, of, tmp_path / "app" / "state", least=2, seconds=5)

    assert added == [of.clip] * 4


@pytest.mark.parametrize(
    ("dp", "says"),
    [
        ("none", "an app that protects nobody is not exported"),
        ("gaussian(clip = adaptive(0.1, count_noise = 2.0), epsilon = 4)", "a clip norm that adapts"),
        ('gaussian(clip = 0.3, epsilon = 4)\n  search = [{ local = sgd(0.3) }, { local = sgd(1.0) }]\n  choose = best(part = "test", noise = 30)', "the best of a search"),
    ],
)
def test_what_cannot_be_promised_is_refused(tmp_path: Path, dp: str, says: str) -> None:
    """Each with what would do instead."""
    with pytest.raises(InputError, match=says):
        terms(graph(tmp_path, dp=dp).by_name["tuned"], 1)


def test_what_a_pretended_population_taught_stays_here(tmp_path: Path) -> None:
    """The app starts from the model before; nothing is exported where that is not there either."""
    saved(tmp_path / "run" / "models" / "warm" / "seed-0")
    saved(tmp_path / "run" / "models" / "tuned")
    of = graph(tmp_path, PRETENDED)
    written = write_app(tmp_path / "run", of, of.by_name["tuned"], tmp_path / "app", participations=1, version="1.0")

    assert of.by_name["tuned"].label is Privacy.SIMULATED
    assert written.start == "warm"
    assert "it adds to this" not in (tmp_path / "app" / "README.md").read_text()
    app(tmp_path / "real")
    assert "Whoever is among `phones` has spent what `.synth/privacy` says of them too" in (tmp_path / "real" / "app" / "README.md").read_text()
    with pytest.raises(InputError, match="is not empty"):
        write_app(tmp_path / "run", of, of.by_name["tuned"], tmp_path / "app", participations=1, version="1.0")
    with pytest.raises(InputError, match="finish the run first"):
        write_app(tmp_path / "empty", of, of.by_name["tuned"], tmp_path / "other", participations=1, version="1.0")


def test_lines_of_a_device_that_are_none_are_left_out(tmp_path: Path) -> None:
    """Nothing of them is shown."""
    (tmp_path / "a.jsonl").write_text('{"text": "hi"}\nnot json\n{"other": 1}\n{"text": 3}\n')
    (tmp_path / "a.txt").write_text("hi\nyou\n")

    assert (read_text(tmp_path / "a.jsonl", "text"), read_text(tmp_path / "a.txt", "text")) == (["hi"], ["hi", "you"])
