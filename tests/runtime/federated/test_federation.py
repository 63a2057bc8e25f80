"""Whole rounds through Flower's strategy, app and messages, in process."""

from __future__ import annotations

import socket
from pathlib import Path

import numpy as np
import pytest
from flwr.app import ArrayRecord
from flwr.clientapp import ClientApp

from synthc.runtime.federated.client import client_app
from synthc.runtime.federated.dp.gaussian import Gaussian
from synthc.runtime.federated.dp.mechanism import Mechanism
from synthc.runtime.federated.dp.none import NoMechanism
from synthc.runtime.federated.grid import LocalGrid, NearGrid
from synthc.runtime.federated.rounds import Rounds, State
from synthc.runtime.federated.strategy import balanced
from tests.runtime.federated.small import SETTINGS, device, flat, model, some_users, strategy


def tuned(folder: Path, grid: NearGrid, by: Mechanism, rounds: int = 3, state: State | None = None) -> np.ndarray:
    """Return the weights after some rounds."""
    folder.mkdir(exist_ok=True)
    run = strategy(folder, some_users(), by, state=state)
    run.start(grid, ArrayRecord(), num_rounds=rounds)
    return run.state.weights


def app() -> ClientApp:
    """Return the app of a worker in this process."""
    return client_app(device(some_users()))


QUIET = NoMechanism(users=8, coin=0.7, drawn=5.6)


def test_rounds_change_the_model(tmp_path: Path) -> None:
    """A federation without noise moves the weights."""
    assert not np.allclose(tuned(tmp_path / "a", LocalGrid(app(), 2), QUIET), flat(model()), atol=1e-4)


def test_it_does_not_matter_over_how_many_workers_users_are_spread(tmp_path: Path) -> None:
    """One worker and three give the same model."""
    one, three = (tuned(tmp_path / str(n), LocalGrid(app(), n), QUIET) for n in (1, 3))

    assert np.allclose(one, three, atol=1e-5)


def test_a_federation_that_was_stopped_goes_on_to_the_same_model(tmp_path: Path) -> None:
    """In test mode three rounds are three rounds, in one go or in two."""
    by = Gaussian.of(SETTINGS, 8)
    whole = tuned(tmp_path / "whole", LocalGrid(app(), 2), by)
    tuned(tmp_path / "parts", LocalGrid(app(), 2), by, rounds=2)
    rest = Rounds(folder=tmp_path / "parts", log=tmp_path / "log", test_noise=1).read()

    assert rest is not None
    assert np.array_equal(tuned(tmp_path / "parts", LocalGrid(app(), 2), by, rounds=1, state=rest), whole)


def test_a_federation_opens_no_socket_and_writes_nothing_into_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Private text is at work: nobody is called."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    tuned(tmp_path / "a", LocalGrid(app(), 1), QUIET)

    assert list((tmp_path / "home").iterdir()) == []


def test_chunks_are_balanced_and_hold_everybody_once() -> None:
    """The longest users go first, each to the lightest chunk."""
    chunks = balanced(np.array([0, 1, 2, 3, 4]), np.array([100, 10, 10, 50, 40]), 2)

    assert [chunk.tolist() for chunk in chunks] == [[0, 2], [1, 3, 4]]


def test_what_workers_say_beside_the_sum_goes_to_the_private_log_alone(tmp_path: Path) -> None:
    """Realised cohorts, losses and clip counts are not in Flower's metrics."""
    run = strategy(tmp_path, some_users(), QUIET)
    result = run.start(LocalGrid(app(), 2), ArrayRecord(), num_rounds=2)

    assert not result.train_metrics_clientapp
    assert (tmp_path / "rounds.jsonl").read_text().count("clipped") == 2
