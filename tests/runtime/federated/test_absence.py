"""Devices that fail, are slow or come too late, as a simulation says; what is promised stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flwr.app import ArrayRecord

from synthc.runtime.federated.absence import Absence, steps_done
from synthc.runtime.federated.client import client_app
from synthc.runtime.federated.dp.gaussian import Gaussian
from synthc.runtime.federated.dp.none import NoMechanism
from synthc.runtime.federated.grid import LocalGrid
from tests.runtime.federated.small import SETTINGS, device, flat, model, some_users, strategy, users

MANY = 4_000
ALL = np.arange(MANY)


def absence(dropout: float = 0.0, goal: int | None = None, sizes: np.ndarray | None = None) -> Absence:
    """Return what goes wrong among many users."""
    sizes = np.full(MANY, 100) if sizes is None else sizes
    return Absence(dropout=dropout, goal=goal, seed=0, numbers_U=np.arange(MANY, dtype=np.uint64), sizes_U=sizes)


def test_users_drop_out_at_the_rate_that_is_said() -> None:
    """Each by a chance of their own: with one user less nobody else's chance falls otherwise."""
    there = absence(dropout=0.2).present(ALL, 3)

    assert abs(len(there) / MANY - 0.8) < 4 * np.sqrt(0.2 * 0.8 / MANY)
    assert np.array_equal(absence(dropout=0.2).present(ALL[there[0] != ALL], 3), there[1:])
    assert not np.array_equal(absence(dropout=0.2).present(ALL, 4), there)


def test_a_round_closes_at_its_goal_without_the_slowest() -> None:
    """Who has much text is late more often."""
    sizes = np.where(ALL < MANY // 2, 100, 1000)
    there = absence(goal=1_000, sizes=sizes).present(ALL, 0)

    assert len(there) == 1_000
    assert (there < MANY // 2).mean() > 0.8
    assert np.array_equal(absence(goal=1_000).present(ALL[:500], 0), ALL[:500])


def test_among_declared_people_nobody_is_late_for_having_typed_much() -> None:
    """Another text of one user would push another user out, and no noise is counted for both."""
    settings = {**SETTINGS, "report_goal": 100, "dp": {"mechanism": "tree"}}
    sizes = np.arange(1, 201)
    cohorts = {
        (people, tuple(which)): tuple(Absence.of({**settings, "population_is": people}, 0, np.arange(200, dtype=np.uint64), which).present(np.arange(200), 0))
        for people in ("declared", "simulated")
        for which in (sizes, sizes[::-1])
    }
    by_people = {people: {cohort for (of, _), cohort in cohorts.items() if of == people} for people in ("declared", "simulated")}

    assert (len(by_people["declared"]), len(by_people["simulated"])) == (1, 2)


def test_slow_devices_do_a_part_of_their_steps() -> None:
    """At least one, at most all but one; the others do all."""
    done = np.array([steps_done(0.3, 10, seed=0, round_=0, number=user) for user in range(MANY)])

    assert abs((done < 10).mean() - 0.3) < 4 * np.sqrt(0.3 * 0.7 / MANY)
    assert set(done.tolist()) == set(range(1, 11))
    assert steps_done(0.9, 1, seed=0, round_=0, number=1) == 1


def after_a_round(folder: Path, by: Any, **changed: Any) -> np.ndarray:
    """Return by how much one round moved the model."""
    folder.mkdir()
    of = some_users()
    worker = device(of)
    worker.settings = {**worker.settings, **changed}
    run = strategy(folder, of, by, **changed)
    run.start(LocalGrid(client_app(worker), 1), ArrayRecord(), num_rounds=1)
    moved: np.ndarray = run.state.weights - flat(model())
    return moved


def test_a_missing_update_counts_as_zero_and_the_divisor_stays(tmp_path: Path) -> None:
    """The mean over those who are left would tell who is missing, and asks for more noise than is drawn."""
    everybody = NoMechanism(users=8, coin=1.0, drawn=8)
    half = after_a_round(tmp_path / "half", everybody, dropout=0.5)
    there = Absence.of({**SETTINGS, "dropout": 0.5}, 0, some_users().numbers, np.ones(8, np.int64)).present(np.arange(8), 0)
    total, _ = device(some_users()).clipped_sum(flat(model()), there, norm=np.inf, seed=0, round_=0)

    assert 0 < len(there) < 8
    assert np.allclose(half, total / 8, atol=1e-6)


def test_noise_is_that_of_the_planned_cohort_when_nobody_answers(tmp_path: Path) -> None:
    """A round to which nobody came is a release all the same."""
    by = Gaussian.of(SETTINGS, 8)
    none = after_a_round(tmp_path / "none", by, report_goal=None, dropout=1 - 1e-12)
    deviation = by.noise * by.clip / by.cohort

    assert none.std() == pytest.approx(deviation, rel=0.05)


def test_a_slow_device_sends_what_it_has(tmp_path: Path) -> None:
    """A part of the work counts; nothing is thrown away."""
    by = NoMechanism(users=8, coin=1.0, drawn=8)
    slow, all_ = (after_a_round(tmp_path / name, by, stragglers=share) for name, share in (("slow", 1 - 1e-12), ("all", 0.0)))

    assert 0 < np.linalg.norm(slow) < np.linalg.norm(all_)


def test_a_round_reads_at_most_max_sentences_of_a_user() -> None:
    """However much a user wrote."""
    of = users(["w1 w2 w3 w4 w5"] * 100)
    _, stats = device(of, max_sentences=7).clipped_sum(flat(model()), np.array([0]), norm=0.3, seed=0, round_=0)

    assert stats[2] == 7 * 6
