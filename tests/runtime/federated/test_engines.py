"""One federation on every engine: this process, a pool of processes, Flower's simulation on Ray."""

from __future__ import annotations

import logging
import os
import signal
import tempfile
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flwr.app import ArrayRecord, Context, Message, RecordDict
from flwr.clientapp import ClientApp

from synthc.runtime.engines.engine import Engine
from synthc.runtime.errors import Hushed, InputError, OutsideFault
from synthc.runtime.federated import lent
from synthc.runtime.federated.carry import Worker, carry, hush, worker_of
from synthc.runtime.federated.dp.gaussian import Gaussian
from synthc.runtime.federated.dp.mechanism import Mechanism
from synthc.runtime.federated.dp.none import NoMechanism
from synthc.runtime.federated.grid import LocalGrid, context_of
from synthc.runtime.federated.lent import Lent
from synthc.runtime.federated.pool import PoolGrid
from synthc.runtime.federated.simulation import _client
from tests.runtime.federated.small import SETTINGS, saved, some_users, strategy

NOISY, BARE = Gaussian.of(SETTINGS, 8), NoMechanism(users=8, coin=0.7, drawn=5.6)


@pytest.fixture(autouse=True)
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand for the memory of the machine, where others may be at work."""
    folder = tmp_path / "memory"
    folder.mkdir()
    monkeypatch.setattr(lent, "MEMORY", folder)
    return folder


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder for temporary files of this test alone, with a short name as Ray's sockets need it."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


@pytest.fixture
def worker(tmp_path: Path) -> Worker:
    """Return what builds the workers of a small federation."""
    some_users().save(tmp_path / "users")
    return worker_of(saved(tmp_path / "model"), tmp_path / "users", SETTINGS)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """Return an engine whose workers are stopped when all tests are over."""
    of = Engine()
    yield of
    of.close()


def tuned(folder: Path, worker: Worker, by: Mechanism, engine: Engine, workers: int, *, told: Callable[[int], None] | None = None) -> np.ndarray:
    """Return the weights after three rounds."""
    folder.mkdir()
    run = strategy(folder, some_users(), by)
    run.told = told or run.told
    carry(run, 3, worker, workers=workers, engine=engine, alive=lambda: None)
    return run.state.weights


@pytest.mark.parametrize("by", [NOISY, BARE], ids=["seeded noise", "no noise"])
def test_a_pool_of_processes_gives_the_model_of_this_one(tmp_path: Path, worker: Worker, engine: Engine, by: Mechanism) -> None:
    """Workers in processes of their own answer what the one in this process does, noise included."""
    pooled = tuned(tmp_path / "pool", worker, by, engine, 2)

    assert np.allclose(pooled, tuned(tmp_path / "here", worker, by, engine, 1), atol=1e-5)


def test_ray_gives_the_model_of_this_process(tmp_path: Path, worker: Worker, engine: Engine, temporary: Path, memory: Path) -> None:
    """Flower's simulation carries the same messages to the same app, and leaves neither files nor settings behind."""
    pytest.importorskip("ray")
    hush(tmp_path)
    logging.getLogger("flwr").setLevel(logging.CRITICAL)
    environment, ended, meanwhile = dict(os.environ), signal.getsignal(signal.SIGTERM), list[Any]()

    def told(_: int) -> None:
        meanwhile.append((signal.getsignal(signal.SIGTERM), list(memory.iterdir())))

    on_ray = tuned(tmp_path / "ray", worker, NOISY, Engine(name="ray"), 2, told=told)

    assert meanwhile == [(ended, [])] * 3
    assert dict(os.environ) == environment
    assert np.allclose(on_ray, tuned(tmp_path / "here", worker, NOISY, engine, 1), atol=1e-5)
    assert list(temporary.iterdir()) == []


def test_a_ray_that_is_not_there_is_named(tmp_path: Path, worker: Worker) -> None:
    """The strategy waits for nobody."""
    pytest.importorskip("ray")
    hush(tmp_path)
    logging.getLogger("flwr").setLevel(logging.CRITICAL)
    run = strategy(tmp_path, some_users(), NOISY)

    with pytest.raises(OutsideFault, match="there is no Ray at"):
        carry(run, 1, worker, workers=1, engine=Engine.of("ray:127.0.0.1:1"), alive=lambda: None)


def test_workers_stay_warm_from_one_federation_to_the_next(tmp_path: Path, worker: Worker, engine: Engine) -> None:
    """They import torch once; what comes out does not depend on what they did before."""
    first = tuned(tmp_path / "first", worker, NOISY, engine, 2)
    processes = {process.pid for process, _ in engine.workers()._running}
    second = tuned(tmp_path / "second", worker, NOISY, engine, 2)

    assert np.array_equal(first, second)
    assert {process.pid for process, _ in engine.workers()._running} == processes


def test_memory_that_workers_share_has_no_name_while_they_work(tmp_path: Path, worker: Worker, engine: Engine, memory: Path) -> None:
    """Nobody else can open the sums, and a kill leaves nothing behind."""
    (tmp_path / "run").mkdir()
    run = strategy(tmp_path / "run", some_users(), NOISY)
    seen: list[list[Path]] = []
    run.told = lambda _: seen.append(list(memory.iterdir()))
    carry(run, 1, worker, workers=2, engine=engine, alive=lambda: None)

    assert seen == [[]]


def test_a_worker_that_is_killed_stops_the_federation_with_a_sentence(tmp_path: Path, worker: Worker, engine: Engine) -> None:
    """The rounds that were written are kept; the command is repeated."""
    (tmp_path / "run").mkdir()
    run = strategy(tmp_path / "run", some_users(), NOISY)
    run.told = lambda _: engine.workers()._running[0][0].kill()

    with pytest.raises(OutsideFault, match="the same command continues it"):
        carry(run, 3, worker, workers=2, engine=engine, alive=lambda: None)
    assert run.rounds.read() is not None


SECRET = "anna is at the clinic"


class Mistaken:
    """A model of another package that fails on what was typed, and says so."""

    def __call__(self) -> ClientApp:
        """Build an app that fails."""
        app = ClientApp()

        @app.train()
        def train(message: Message, context: Context) -> Message:
            raise ValueError(SECRET, message, context)

        return app


def test_what_a_mistake_in_a_worker_says_is_not_shown(tmp_path: Path, engine: Engine, capfd: pytest.CaptureFixture[str]) -> None:
    """Neither by the worker nor here; where it was made is."""
    run = strategy(tmp_path, some_users(), NOISY)
    lent = Lent.made(len(run.state.weights), 2, tmp_path)

    with pytest.raises(Hushed, match="ValueError while private text was at work") as found:
        run.start(PoolGrid(engine.workers(), Mistaken(), lent, lambda: None), ArrayRecord(), num_rounds=1)
    engine.close()
    assert "in train" in str(found.value)
    assert SECRET not in "".join([*traceback.format_exception(found.value), *capfd.readouterr()])


def test_what_a_mistake_on_ray_says_is_not_in_its_logs() -> None:
    """Ray writes down what an actor raises, and Flower sends it to the server."""
    message = LocalGrid(Mistaken()(), 1).create_message(RecordDict(), "train", 1, "0")

    with pytest.raises(Hushed) as found:
        _client(Mistaken())(message, context_of(1))
    assert SECRET not in "".join(traceback.format_exception(found.value))


def test_a_worker_that_cannot_begin_says_why_and_leaves_no_memory_behind(tmp_path: Path, worker: Worker, engine: Engine, memory: Path) -> None:
    """A model that is not there is the world's mistake, and no worker that was stopped from outside."""
    run = strategy(tmp_path, some_users(), NOISY)

    with pytest.raises(FileNotFoundError):
        carry(run, 1, replace(worker, start=tmp_path / "nowhere"), workers=2, engine=engine, alive=lambda: None)
    assert list(memory.iterdir()) == []


def test_a_chunk_that_is_answered_twice_is_a_mistake(tmp_path: Path, worker: Worker) -> None:
    """It would count twice, and the noise hides each user once."""
    run, grid = strategy(tmp_path, some_users(), NOISY), LocalGrid(worker(), 1)
    answer = grid.send_and_receive
    grid.send_and_receive = lambda messages, **_: answer(messages) * 2  # type: ignore[method-assign]

    with pytest.raises(AssertionError, match="counted twice"):
        run.start(grid, ArrayRecord(), num_rounds=1)
    assert run.rounds.read() is None


def test_a_worker_that_fails_on_ray_stops_the_federation_with_a_sentence(tmp_path: Path, worker: Worker) -> None:
    """Flower would average over those that are left; a sum without a chunk would be another cohort's."""
    pytest.importorskip("ray")
    hush(tmp_path)
    logging.getLogger("flwr").setLevel(logging.CRITICAL)
    nowhere = replace(worker, users=tmp_path / "nowhere")
    run = strategy(tmp_path, some_users(), NOISY)

    with pytest.raises(OutsideFault, match="a worker of the federation failed"):
        carry(run, 1, nowhere, workers=1, engine=Engine(name="ray"), alive=lambda: None)


@pytest.mark.parametrize("said", ["rays", "local:1", "ray:", ""])
def test_an_engine_that_there_is_not_is_refused(said: str) -> None:
    """What could be said is in the message."""
    with pytest.raises(InputError, match="say `local`, `ray`, or `ray:ADDRESS`"):
        Engine.of(said)


def test_rows_are_refused_on_ray_by_name() -> None:
    """The Ray engine takes no rows yet, and says how they are made."""
    with pytest.raises(InputError, match=r"phone.synth:7: .* make `typed` first with `synthc run --only \+typed`"):
        Engine.of("ray").refuse("filter", "typed", "phone.synth:7")
    Engine.of("ray").refuse("federate", "tuned", "phone.synth:9")
    Engine.of("local").refuse("filter", "typed", "phone.synth:7")
