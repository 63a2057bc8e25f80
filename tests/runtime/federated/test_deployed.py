"""An exported app: its two halves tune a model together, in this process, and hold what was promised."""

from __future__ import annotations

import json
import logging
import math
import shutil
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from flwr.app import Error, Message, MetricRecord, RecordDict
from safetensors.numpy import load

from synthc.runtime.errors import InputError, OutsideFault
from synthc.runtime.federated.deployed.apps import tune
from synthc.runtime.federated.deployed.book import Book
from synthc.runtime.federated.dp.choose import mechanism_of
from synthc.runtime.federated.dp.keystream import KEY_BYTES
from synthc.runtime.federated.flat import flat
from synthc.runtime.federated.messages import Done, Task
from synthc.runtime.federated.rounds import Segment
from synthc.runtime.store import Store
from synthc.runtime.training.checkpoint import load_model
from tests.runtime.federated.phones import ADAPTIVE, BANDED, BLT, GAUSSIAN, TREE, Phones, app, lines, phones


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

    assert again.may([1, 2, 3, 4], 2) == [3]
    assert Book(folder=tmp_path, terms=of).may([1, 2, 3, 4], 2) == [3]


def test_two_halves_tune_a_model_and_charge_every_round_before_it_is_released(tmp_path: Path) -> None:
    """Nobody joins more often than is promised, however many rounds there are."""
    of = app(tmp_path)
    state = tmp_path / "app" / "state"
    tune(phones(tmp_path, 12), of, state, least=2, seconds=5)

    assert [(line["round"], line["sampling"], line["noise"]) for line in lines(state / "ledger.jsonl")] == [(n, 1.0, of.dp["noise"]) for n in range(3)]
    joined = [line["node"] for line in lines(state / "participations.jsonl")]
    assert sorted(joined) == list(range(1, 13))
    moved = flat(load_model(state / "tuned").model) - flat(load_model(state / "start").model)
    assert moved.std() > of.dp["noise"] * of.dp["clip"] / of.cohort


@pytest.mark.parametrize("dp", [TREE, BLT, BANDED])
def test_a_device_comes_back_when_it_has_waited_long_enough(tmp_path: Path, dp: str) -> None:
    """Under correlated noise the same devices take turns; what really was is written beside what was promised."""
    of, state = app(tmp_path, dp=dp, rounds=5), tmp_path / "app" / "state"
    tune(phones(tmp_path, 8), of, state, least=2, seconds=5)

    assert [line["round"] for line in lines(state / "ledger.jsonl")] == list(range(5))
    assert {line["mechanism"] for line in lines(state / "ledger.jsonl")} == {of.dp["mechanism"]}
    for node in range(1, 9):
        taken = [line["round"] for line in lines(state / "participations.jsonl") if line["node"] == node]
        assert taken == [line["round"] for line in lines(tmp_path / f"{node}.jsonl.joined")]
        assert all(later - earlier >= 2 for earlier, later in pairwise(taken))
    document = json.loads((state / "privacy.json").read_text())
    assert (document["epsilon"], document["separation"], document["participations"], document["rounds_done"]) == (of.epsilon, 2, 3, 5)
    assert document["measured"] == {"devices": 8, "separation": 2, "participations": 3}


@pytest.mark.parametrize("dp", [GAUSSIAN, ADAPTIVE, TREE, BLT, BANDED])
def test_the_noise_of_an_app_is_that_of_its_mechanism(tmp_path: Path, dp: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Round by round what is released over devices that all fail is what the mechanism's own file adds to zero, from the same keys."""
    of, state = app(tmp_path, dp=dp, rounds=4), tmp_path / "app" / "state"
    monkeypatch.setattr("synthc.runtime.federated.rounds.secrets.token_bytes", lambda size: bytes(range(size)))
    there = phones(tmp_path, 16)
    there._answer = lambda message: Message(Error(code=0, reason="off"), reply_to=message)  # type: ignore[method-assign]
    tune(there, replace(of, server={**of.server, "momentum": 0.0}), state, least=2, seconds=5)
    tuned = flat(load_model(state / "tuned").model)

    settings = {"dp": of.dp, "cohort": of.cohort, "population_is": "declared"}
    mechanism, expected = mechanism_of(settings, 0), flat(load_model(state / "start").model)
    memory = mechanism.begin(len(expected))
    secret = Segment(charge="", secret=bytes(range(KEY_BYTES)))
    for round_ in range(4):
        mean, memory = mechanism.release(np.zeros(len(expected)), {"users": 0.0, "clipped": 0.0}, secret.keys(round_).noise, memory)
        expected = (expected + mean).astype(np.float32)
    assert np.allclose(tuned, expected, atol=1e-6)


def test_a_clip_norm_that_adapts_moves_by_what_devices_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each sends one bit; without noise the norm moves exactly as Andrew et al. 2021 say, and a liar counts as one user."""
    of, state = app(tmp_path, dp=ADAPTIVE), tmp_path / "app" / "state"
    monkeypatch.setattr("synthc.runtime.federated.dp.gaussian.normal", lambda _, size: np.zeros(size))
    there, sent = phones(tmp_path, 12), list[float]()
    answer = there._answer

    def lying(message: Message) -> Message:
        norm = Task.read(message.content).norm
        done = Done.read(answer(message).content)
        assert done.total is not None
        assert np.linalg.norm(done.total) == pytest.approx(norm)
        sent.append(float(done.stats[0]))
        return Message(Done(total=done.total, stats=done.stats * 1e9).record(), reply_to=message)

    there._answer = lying  # type: ignore[method-assign]
    tune(there, of, state, least=4, seconds=5)

    assert set(sent) == {1.0}
    assert float(load(state.joinpath("state.safetensors").read_bytes())["mechanism.clip"][0]) == pytest.approx(0.01 * math.exp(0.2 * 0.9 * 3))
    assert [(line["users"], line["clipped"]) for line in lines(state / "rounds.jsonl")] == [(4, 4)] * 3
    assert of.epsilon <= 4
    assert of.dp["noise"] == app(tmp_path / "fixed").dp["noise"]


def test_a_round_waits_for_devices_that_may_join_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Devices that had their turn do not make up a round, which would be noise alone; it says once what it waits for."""
    of, state = app(tmp_path), tmp_path / "app" / "state"
    there, waited = phones(tmp_path, 6), list[float]()

    def more(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 3:
            come = phones(tmp_path, 12)
            there.texts, there.apps = come.texts, come.apps

    monkeypatch.setattr("synthc.runtime.federated.deployed.strategy.time.sleep", more)
    monkeypatch.setattr(logging.getLogger("flwr"), "propagate", True)
    with caplog.at_level("INFO"):
        tune(there, of, state, least=3, seconds=5)

    assert len(waited) == 3
    said = [record.getMessage() for record in caplog.records]
    assert said.count("Round 2 of 3 waits for 3 devices that may join it: 6 are there, and 2 may; each joins once, and `least-devices` says how many have to be there") == 1
    assert "Round 3 of 3: 4 of 4 devices that were asked took part" in said


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
    there = phones(tmp_path, 12)
    there.number = 2
    tune(there, of, state, least=4, seconds=5)

    assert [line["round"] for line in lines(state / "ledger.jsonl")] == [0, 1, 2]
    joined = {(line["node"], line["round"]) for line in lines(state / "participations.jsonl")}
    assert sorted(node for node, _ in joined) == list(range(1, 13))
    assert not [node for node in range(1, 13) if len({line["round"] for line in lines(tmp_path / f"{node}.jsonl.joined")}) > 1]


def test_correlated_noise_is_not_drawn_a_second_time(tmp_path: Path) -> None:
    """A state that was put back to an older copy would show, beside what later rounds took back, that without it."""
    of, state = app(tmp_path, dp=TREE, rounds=4), tmp_path / "app" / "state"
    shutil.copytree(state, tmp_path / "older")
    tune(phones(tmp_path, 8), of, state, least=2, seconds=5)
    for name in ("ledger.jsonl", "participations.jsonl"):
        shutil.copyfile(state / name, tmp_path / "older" / name)

    with pytest.raises(InputError, match="round 0 was begun before, under noise that is not here any more"):
        tune(phones(tmp_path, 16), of, tmp_path / "older", least=2, seconds=5)


@pytest.mark.parametrize("dp", [TREE, BLT, BANDED])
def test_a_round_that_was_stopped_is_charged_once_and_has_noise_of_its_own(tmp_path: Path, dp: str) -> None:
    """What the mechanism remembers is as it was, also in the first round; others may answer, and one noise on two sums hides neither."""
    of, state = app(tmp_path, dp=dp, rounds=3), tmp_path / "app" / "state"
    there = phones(tmp_path, 8)
    sent = there.send_and_receive
    for stop_at in (0, 1, 2):

        def stopping(messages: Iterable[Message], *, timeout: float | None = None, stop_at: int = stop_at) -> list[Message]:
            asked = list(messages)
            if asked and Task.read(asked[0].content).round == stop_at:
                raise KeyboardInterrupt
            return sent(asked, timeout=timeout)

        there.send_and_receive = stopping  # type: ignore[method-assign]
        with pytest.raises(KeyboardInterrupt):
            tune(there, of, state, least=2, seconds=5)
        keys, there.number = json.loads((state / "keys.json").read_text()), there.number + 1
        with pytest.raises(KeyboardInterrupt):
            tune(there, of, state, least=2, seconds=5)
        again = json.loads((state / "keys.json").read_text())
        assert (again["charge"], again["state"]) == (keys["charge"], keys["state"])
        assert again["secret"] != keys["secret"]
    there.send_and_receive = sent  # type: ignore[method-assign]
    tune(there, of, state, least=2, seconds=5)

    assert [line["round"] for line in lines(state / "ledger.jsonl")] == [0, 1, 2]
    assert not (state / "keys.json").exists()


def test_a_device_that_fails_or_lies_counts_as_zero_or_as_the_clip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """The server clips once more what devices should have clipped, and divides by the planned cohort."""
    of = app(tmp_path, rounds=1)
    there = phones(tmp_path, 4, broken=3)
    answer = there._answer

    def lying(message: Message) -> Message:
        reply = answer(message)
        if message.metadata.dst_node_id == 1:
            done = Done.read(reply.content)
            assert done.total is not None
            return Message(Done(total=done.total * 1e9, stats=done.stats).record(), reply_to=message)
        if message.metadata.dst_node_id == 2:
            return Message(RecordDict({"anything": MetricRecord({"at all": 1.0})}), reply_to=message)
        if message.metadata.dst_node_id == 4:
            return Message(Done(total=np.ones(3), stats=np.zeros(1)).record(), reply_to=message)
        return reply

    there._answer = lying  # type: ignore[method-assign]
    caplog.set_level("INFO", "flwr")
    monkeypatch.setattr(logging.getLogger("flwr"), "propagate", True)
    state = tmp_path / "app" / "state"
    tune(there, of, state, least=2, seconds=5)
    moved = flat(load_model(state / "tuned").model) - flat(load_model(state / "start").model)

    assert np.abs(moved).max() < 100
    said = [record.getMessage() for record in caplog.records]
    assert "Round 1 of 1: 1 of 4 devices that were asked took part" in said
    for reason in ("the battery is empty", "its answer cannot be read", "its answer is of another shape than the model"):
        assert f"1 of them counts as zero: {reason}" in said


def test_a_device_that_answers_twice_counts_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice its clip would be more than the noise hides."""
    of, added = app(tmp_path, rounds=1), list[float]()
    there = phones(tmp_path, 4)
    once = there.send_and_receive
    there.send_and_receive = lambda messages, **_: once(messages) * 2  # type: ignore[method-assign]
    monkeypatch.setattr("synthc.runtime.federated.deployed.strategy.add_clipped", lambda *said: added.append(said[-1]))
    tune(there, of, tmp_path / "app" / "state", least=2, seconds=5)

    assert added == [of.dp["clip"]] * 4
