"""What one run tells about its canaries is no more than its epsilon allows, and the audit would notice if it were."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from synthc.compiler.graph.accounting import noise_for
from synthc.runtime.federated.dp.gaussian import Gaussian
from synthc.runtime.federated.dp.none import NoMechanism
from tests.runtime.federated.directions import pulled
from tests.runtime.federated.faults import Made, adaptive, correlated, faulty, hasty, quiet
from tests.runtime.federated.one_run import lower_bound, refuted

CANARIES, ROUNDS, DELTA = 1000, 5, 1e-5
EPSILON = 4.0


def test_the_bound_is_that_of_its_authors() -> None:
    """An example of appendix D of the paper."""
    assert round(refuted(canaries=1000, guesses=100, right=75, delta=1e-4), 3) == 0.673


@pytest.mark.parametrize("epsilon", [0.5, 1.0, 2.0, 4.0])
def test_randomised_response_is_never_refuted_below_its_epsilon_and_nearly_reaches_it(epsilon: float) -> None:
    """Of 200 runs at 95% at most a few are above; the mean is not far below."""
    random, hit = np.random.default_rng(int(epsilon * 10)), 1 / (1 + math.exp(-epsilon))
    found = []
    for _ in range(200):
        included = random.random(1000) < 0.5
        said = np.where(random.random(1000) < hit, included, ~included)
        found.append(lower_bound(said + random.random(1000) * 1e-6, included, delta=0.0, guessed=(1.0,)))

    assert sum(bound > epsilon for bound in found) <= 20
    assert np.mean(found) > epsilon * 0.7


def audited(folder: Path, mechanism: Made, rounds: int = ROUNDS, **more: Any) -> float:
    """Return the lower bound of a federation in which each canary takes part by a coin; coins and noise come from a seed, so that it is the same each time."""
    included = np.random.default_rng(4).random(CANARIES) < 0.5
    found = pulled(folder, mechanism(int(included.sum())), np.flatnonzero(included), CANARIES, rounds, test_noise=4, **more)
    return lower_bound(found, included, delta=DELTA)


def claimed(users: int, sampling: float = 1.0) -> Gaussian:
    """Return the mechanism whose noise is solved for the epsilon that is claimed."""
    noise = noise_for(epsilon=EPSILON, delta=DELTA, sampling=sampling, rounds=ROUNDS)
    return Gaussian(users=users, clip=0.3, noise=noise, sampling=sampling, cohort=500, coin=sampling, drawn=500)


@pytest.mark.parametrize("sampling", [1.0, 0.2])
def test_a_federation_tells_no_more_than_its_epsilon(tmp_path: Path, sampling: float) -> None:
    """Clip, sum, sampling and noise are the engine's; the canaries pull as hard as they can."""
    assert audited(tmp_path, lambda users: claimed(users, sampling)) < EPSILON


def test_the_audit_sees_a_good_part_of_what_is_told(tmp_path: Path) -> None:
    """Where everybody takes part it comes to more than an eighth of the epsilon: it is not blind."""
    assert audited(tmp_path, claimed) > EPSILON / 8


BROKEN: dict[str, Made] = {
    "no mechanism": lambda users: NoMechanism(users=users, coin=1.0, drawn=500),
    "a tenth of the noise": lambda users: replace(claimed(users), noise=claimed(users).noise / 10),
    "a chance of one counted as a two-hundredth": lambda users: replace(claimed(users, 0.005), coin=1.0),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_the_audit_refutes_what_is_broken(tmp_path: Path, fault: str) -> None:
    """Its lower bound lies above the epsilon that is claimed."""
    assert audited(tmp_path, BROKEN[fault]) > EPSILON


def test_the_audit_refutes_devices_that_do_not_clip(tmp_path: Path) -> None:
    """Though the noise is that of the clip norm."""
    assert audited(tmp_path, claimed, clips=False) > EPSILON


LONG, SEPARATION, CLAIM = 40, 4, 2.0
ASKED: dict[str, Any] = {"rounds": LONG, "separation": SEPARATION, "epsilon": CLAIM, "delta": DELTA, "cohort": CANARIES}
CORRELATED = pytest.mark.parametrize("name", ["tree", "blt", "banded"])
FAULTS = ["noise that is taken back whole", "users who do not wait", "counted as if nobody came again"]


@CORRELATED
def test_correlated_noise_tells_no_more_than_its_epsilon_and_hides_all_that_is_told_without_it(name: str, tmp_path: Path) -> None:
    """Canaries come ten times, as often as they may; the auditor knows when, and how the noise of rounds hangs together."""
    right = correlated(name, **ASKED)

    assert CLAIM / 8 < audited(tmp_path / "right", right, LONG, apart=SEPARATION) < CLAIM
    assert audited(tmp_path / "quiet", quiet(right), LONG, apart=SEPARATION) > 2 * CLAIM


@CORRELATED
@pytest.mark.parametrize("fault", FAULTS)
def test_the_audit_refutes_correlated_noise_that_is_not_what_was_counted(name: str, fault: str, tmp_path: Path) -> None:
    """Other noise, other users or another sensitivity than the accountant was told of."""
    made, apart = faulty(name, **ASKED)[fault]

    assert audited(tmp_path, made, LONG, apart=apart) > CLAIM


def test_a_clip_norm_that_adapts_tells_no_more_than_its_epsilon(tmp_path: Path) -> None:
    """Though canaries all say that they fit, and the norm falls."""
    made = adaptive(noise_for(epsilon=CLAIM, delta=DELTA, sampling=1.0, rounds=ROUNDS), 500, rate=4.0)

    assert CLAIM / 8 < audited(tmp_path / "right", made) < CLAIM
    assert audited(tmp_path / "quiet", lambda users: replace(made(users), noise=1e-6)) > 2 * CLAIM


def test_the_audit_refutes_noise_of_a_norm_that_has_moved(tmp_path: Path) -> None:
    """Updates were clipped by the norm of before."""
    made = adaptive(noise_for(epsilon=CLAIM, delta=DELTA, sampling=1.0, rounds=ROUNDS), 500, rate=4.0)

    assert audited(tmp_path, lambda users: hasty(made(users))) > CLAIM
