"""`tree`, `blt` and `banded` do what their accountant is told, shown by running them: who takes part, and how the noise of rounds hangs together."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from synthc.compiler.graph.accounting import CorrelatedGaussian, epsilon
from synthc.compiler.graph.buffers import coefficients, inverse
from synthc.compiler.graph.sensitivity import participations
from synthc.compiler.graph.spending import errors, squared_sensitivity, vectors
from synthc.runtime.federated.device import add_clipped
from synthc.runtime.federated.dp.banded import Banded
from synthc.runtime.federated.dp.correlated import Correlated, measured
from synthc.runtime.federated.dp.mechanism import Arrays
from synthc.runtime.federated.rounds import Rounds, State

SIZE, ROUNDS, SEPARATION = 120_000, 9, 4
TREE: dict[str, Any] = {"mechanism": "tree", "clip": 0.3, "noise": 2.0, "separation": SEPARATION, "restart": None}
BLT: dict[str, Any] = {"mechanism": "blt", "clip": 0.3, "noise": 2.0, "separation": SEPARATION, "buffers": 2, "theta": [0.6, 0.97], "omega": [0.3, 0.15]}
BANDED: dict[str, Any] = {"mechanism": "banded", "clip": 0.3, "noise": 2.0, "separation": SEPARATION, "bands": 4, "coefficients": [1.0, 0.6, 0.45, 0.4]}
BANDED_NOISE = Banded.of(BANDED)
EVERY = pytest.mark.parametrize("dp", [TREE, {**TREE, "restart": 4}, BLT, BANDED], ids=["tree", "tree with restart", "blt", "banded"])


def mechanism(dp: dict[str, Any], users: int = 40, cohort: int = 10, **more: Any) -> Correlated:
    """Return a mechanism of a small federation."""
    return Correlated.of({"dp": dp, "cohort": cohort, "population_is": "declared", "draw": None, **more}, users)


def key(round_: int, seed: bytes = b"") -> bytes:
    """Return the key of a round."""
    return (seed + round_.to_bytes(8, "big")).rjust(32, b"k")


def released(of: Correlated, rounds: int = ROUNDS, seed: bytes = b"", size: int = SIZE) -> np.ndarray:
    """Return what rounds release where every update is zero: noise_RD."""
    state, found = of.begin(size), []
    for round_ in range(rounds):
        _, state = of.sample(round_, key(round_, seed), state)
        mean, state = of.release(np.zeros(size), {}, key(round_, seed), state)
        found.append(mean)
    return np.array(found)


@EVERY
def test_the_noise_on_sums_of_rounds_has_the_deviation_that_is_promised(dp: dict[str, Any]) -> None:
    """Up to every round, within 1%: noise x clip / cohort, times what the mechanism's errors say."""
    sums = np.cumsum(released(mechanism(dp)), axis=0)
    wanted = np.array(errors(dp, ROUNDS)) * 2.0 * 0.3 / 10

    assert sums.std(axis=1) == pytest.approx(wanted, rel=0.01)
    assert abs(sums.mean(axis=1)).max() < 5 * wanted.max() / SIZE**0.5


def test_the_noise_of_blt_is_the_inverse_of_its_matrix() -> None:
    """Noise of two rounds hangs together as the rows of C^-1 do, and as nothing else."""
    noise = released(mechanism(BLT)) / (2.0 * 0.3 / 10)
    column = inverse(BLT["theta"], BLT["omega"], ROUNDS)
    rows = matrix(column.tolist())

    assert np.allclose(noise @ noise.T / SIZE, rows @ rows.T, atol=6 / SIZE**0.5)


def matrix(column: list[float]) -> np.ndarray:
    """Return the first rounds of a lower triangular Toeplitz matrix by its first column."""
    return np.array([[column[row - at] if 0 <= row - at < len(column) else 0.0 for at in range(ROUNDS)] for row in range(ROUNDS)])


def test_the_noise_of_banded_is_the_inverse_of_its_matrix() -> None:
    """Also of rounds that are further apart than it has bands: what a round took back hangs on what was taken back before."""
    noise = released(mechanism(BANDED)) / (2.0 * 0.3 / 10)
    rows = np.linalg.inv(matrix(BANDED["coefficients"]))

    assert abs(rows[ROUNDS - 1, 0]) > 0.02, "the test would not see it"
    assert np.allclose(noise @ noise.T / SIZE, rows @ rows.T, atol=6 / SIZE**0.5)


def test_banded_remembers_the_rounds_that_it_reaches_and_no_more() -> None:
    """The noise of three rounds for four bands, in single precision: nothing grows with rounds."""
    state: Arrays = BANDED_NOISE.begin(10)
    for round_ in range(ROUNDS):
        _, state = BANDED_NOISE.next(round_, 10, key(round_), state)

    assert sorted(state) == ["noise6", "noise7", "noise8"]
    assert {array.dtype for array in state.values()} == {np.dtype(np.float32)}
    assert len(state) == vectors(BANDED, ROUNDS)


def test_the_noise_of_a_tree_is_that_of_its_nodes() -> None:
    """Sums up to rounds 4 and 6 share the node over the first four rounds and nothing else; 4 and 3 share what is below it."""
    sums = np.cumsum(released(mechanism(TREE)), axis=0) / (2.0 * 0.3 / 10)
    shared = sums @ sums.T / SIZE

    assert shared[3, 5] == pytest.approx(shared[3, 3], abs=0.02) == pytest.approx(4 / 7, abs=0.02)
    assert shared[7, 8] == pytest.approx(8 / 15, abs=0.02)
    assert 0 < shared[2, 3] < shared[3, 3]


def test_trees_that_are_over_have_nothing_to_do_with_the_next() -> None:
    """After a restart the noise that comes is independent of what came."""
    noise = released(mechanism({**TREE, "restart": 4}))

    first, second = np.cumsum(noise[:4], axis=0)[-1], np.cumsum(noise[4:8], axis=0)[-1]
    assert abs(np.corrcoef(first, second)[0, 1]) < 5 / SIZE**0.5


@EVERY
def test_two_runs_share_no_noise(dp: dict[str, Any]) -> None:
    """Other keys, other noise; the same keys, the same."""
    one, other = (released(mechanism(dp), 3, seed=seed) for seed in (b"one", b"other"))

    assert all(abs(np.corrcoef(a, b)[0, 1]) < 5 / SIZE**0.5 for a, b in zip(one, other, strict=True))
    assert np.array_equal(released(mechanism(dp), 3), released(mechanism(dp), 3))


@EVERY
@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_the_noise_drawn_and_the_noise_counted_are_one_number(dp: dict[str, Any], factor: float) -> None:
    """Whoever changes the node's noise changes what is drawn and what is charged, both by it."""
    before, after = mechanism(dp), mechanism({**dp, "noise": 2.0 * factor})
    events = [of.event(20) for of in (before, after)]

    assert released(after, 3, size=1000) == pytest.approx(factor * released(before, 3, size=1000))
    assert all(isinstance(event, CorrelatedGaussian) for event in events)
    assert events[1].noise == factor * events[0].noise
    assert (epsilon([events[1]], 1e-9) < epsilon([events[0]], 1e-9)) is (factor > 1)


@EVERY
def test_what_is_counted_grows_with_rounds_and_falls_with_separation(dp: dict[str, Any]) -> None:
    """Monotone, as a ledger that is read after each round needs it."""
    by_rounds = [squared_sensitivity(dp, rounds) for rounds in range(1, 40)]
    by_separation = [squared_sensitivity({**dp, "separation": separation}, 40) for separation in range(dp.get("bands", 1), 41)]

    assert by_rounds == sorted(by_rounds)
    assert by_separation == sorted(by_separation, reverse=True)


@given(st.integers(1, 60), st.integers(1, 30), st.integers(1, 9), st.integers(1, 30))
@settings(max_examples=60, deadline=None)
def test_nobody_comes_again_too_soon_nor_too_often(users: int, cohort: int, separation: int, rounds: int) -> None:
    """However few people there are; a cohort is then smaller, and nothing is renormalised."""
    of = mechanism({**BLT, "separation": separation}, users, cohort)
    state: Arrays = of.begin(1)
    came: dict[int, list[int]] = {}
    for round_ in range(rounds):
        drawn, state = of.sample(round_, key(round_), state)
        assert len(drawn) == len(set(drawn.tolist())) <= cohort
        for user in drawn.tolist():
            came.setdefault(user, []).append(round_)
        _, state = of.release(np.zeros(1), {}, key(round_), state)
    gaps = [later - earlier for turns in came.values() for earlier, later in pairwise(turns)]

    assert min(gaps, default=separation) >= separation
    assert max(map(len, came.values())) <= participations(rounds, separation)
    assert measured(state) == {"separation": min(gaps, default=None), "max_participation": max(map(len, came.values()))}


def test_whoever_was_drawn_and_did_not_answer_has_had_a_turn() -> None:
    """A slot counts as used: the sum is smaller, the divisor is not."""
    of = mechanism(BLT, users=10, cohort=10)
    drawn, state = of.sample(0, key(0), of.begin(2))
    assert len(drawn) == 10
    _, state = of.release(np.zeros(2), {"users": 0.0}, key(0), state)

    assert len(of.sample(1, key(1), state)[0]) == 0


def test_everybody_is_drawn_alike() -> None:
    """Among those who have waited long enough the lot decides, for nobody more than for another."""
    of = mechanism(BLT, users=20, cohort=5)
    counts = np.zeros(20)
    for draw in range(4000):
        counts[of.sample(0, key(draw), of.begin(1))[0]] += 1

    assert counts / 4000 == pytest.approx(np.full(20, 0.25), abs=0.035)


def test_a_pretended_population_has_the_noise_of_the_real_one() -> None:
    """Per coordinate of the mean; the few users found come as often as they are needed."""
    real, pretended = mechanism(BLT, cohort=500), mechanism(BLT, users=8, cohort=500, population_is="simulated", draw=6)

    assert released(pretended, 4).std(axis=1) == pytest.approx(released(real, 4).std(axis=1), rel=0.01)
    assert len(pretended.sample(0, key(0), pretended.begin(1))[0]) == 6


finite = st.floats(allow_nan=True, allow_infinity=True, width=64)


@pytest.mark.parametrize("dp", [BLT, BANDED], ids=["blt", "banded"])
@given(update=st.lists(finite, min_size=3, max_size=3), norm=st.sampled_from([1e-3, 0.3, 10.0]))
def test_one_user_moves_all_rounds_by_no_more_than_is_counted(dp: dict[str, Any], update: list[float], norm: float) -> None:
    """The user of a whole run with any updates, huge or not numbers, and without: C times the difference stays within the squared sensitivity."""
    column = coefficients(dp["theta"], dp["omega"], ROUNDS).tolist() if dp is BLT else dp["coefficients"]
    sent, moved = torch.zeros(3, dtype=torch.float64), np.zeros((ROUNDS, 3))
    add_clipped(sent, torch.tensor(update, dtype=torch.float32), norm)
    moved[[0, 4, 8]] = sent.numpy()

    assert np.isfinite(moved).all()
    assert ((matrix(column) @ moved) ** 2).sum() <= squared_sensitivity(dp, ROUNDS) * norm**2 * (1 + 1e-6)


@EVERY
def test_what_is_remembered_survives_a_kill_bit_for_bit(dp: dict[str, Any], tmp_path: Any) -> None:
    """Read back from the disk between two rounds, the noise goes on as if nothing had happened."""
    of, size = mechanism(dp), 1000
    whole = released(of, ROUNDS, size=size)
    rounds, state, found = Rounds(folder=tmp_path, log=tmp_path / "log", test_noise=None), of.begin(size), []
    for round_ in range(ROUNDS):
        _, drawn = of.sample(round_, key(round_), state)
        mean, state = of.release(np.zeros(size), {}, key(round_), drawn)
        found.append(mean)
        rounds.write(State(round=round_ + 1, weights=np.zeros(1, np.float32), server={}, mechanism=state), np.zeros(4))
        read = rounds.read()
        assert read is not None
        state = read.mechanism

    assert np.array_equal(np.array(found), whole)


def test_a_round_is_never_drawn_from_the_noise_of_another() -> None:
    """Ours to get right: said by an assertion."""
    of = mechanism(BLT)

    with pytest.raises(AssertionError, match="noise of another round"):
        of.sample(1, key(1), of.begin(1))
