"""How far one user moves what is released, against published numbers and against trying every schedule."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthc.compiler.graph import bands
from synthc.compiler.graph.accounting import CorrelatedGaussian, epsilon, epsilon_rdp
from synthc.compiler.graph.buffers import chosen, coefficients, errors, inverse, loss
from synthc.compiler.graph.sensitivity import participations, toeplitz, tree

# BLT of jax-privacy 2.0 for 2,000 rounds, separation 314, at most 6 participations.
THETA = (0.9999999998828962, 0.9925445230240463, 0.7944047072893412)
OMEGA = (0.007558840507522778, 0.1277173987208982, 0.3277970109878813)


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep answers out of the home folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "accounting"))


def schedules(rounds: int, separation: int, most: int, first: int = 0) -> Iterator[tuple[int, ...]]:
    """Yield every way to take part."""
    yield ()
    if most:
        for begin in range(first, rounds):
            yield from ((begin, *rest) for rest in schedules(rounds, separation, most - 1, begin + separation))


def nodes(rounds: int, restart: int | None) -> Iterator[tuple[int, int]]:
    """Yield the rounds of every complete node, tree by tree."""
    for begin in range(0, rounds, restart or rounds):
        length = min(restart or rounds, rounds - begin)
        for size in (1 << height for height in range(length.bit_length())):
            yield from ((begin + at, begin + at + size) for at in range(0, length - size + 1, size))


@pytest.mark.parametrize(("most", "between", "rounds", "squared"), [(1, 7, 8, 4), (3, 3, 9, 11), (3, 2, 7, 9), (8, 2, 24, 88)])
def test_trees_of_tf_privacy(most: int, between: int, rounds: int, squared: int) -> None:
    """Its tree accountant's tests say how many rounds lie between two participations, which is one fewer than their difference."""
    assert tree(rounds, between + 1, most) == squared


def test_gboard_trees() -> None:
    """Spanish of Spain (2022): 2,000 rounds, 313 between, at most 6, noise 7; rho 0.81 and epsilon 8.90 by RDP, 8.526 by the closed form."""
    squared = tree(2000, 314, 6)
    events = [CorrelatedGaussian(noise=7.0, squared=squared)]

    assert squared == 79
    assert squared / (2 * 7.0**2) == pytest.approx(0.8061, abs=1e-4)
    assert epsilon_rdp(events, 1e-10) == pytest.approx(8.8986, abs=1e-3)
    assert epsilon(events, 1e-10) == pytest.approx(8.526, abs=1e-3)


@given(st.integers(1, 14), st.integers(1, 6), st.integers(1, 4), st.none() | st.integers(1, 14))
def test_no_schedule_moves_trees_further(rounds: int, separation: int, most: int, restart: int | None) -> None:
    """The most of all schedules, tried one by one."""
    every = list(nodes(rounds, restart))
    tried = max(sum(sum(begin <= at < end for at in one) ** 2 for begin, end in every) for one in schedules(rounds, separation, most))

    assert tree(rounds, separation, most, restart) == tried


@pytest.mark.parametrize(
    ("rounds", "separation", "restart", "squared"),
    [(2048, 1000, None, 44), (2000, 45, None, 1636), (2000, 63, None, 942), (1000, 60, 300, 241), (1000, 100, 7, 30), (2000, 314, 777, 70)],
)
def test_large_trees(rounds: int, separation: int, restart: int | None, squared: int) -> None:
    """What tables by every round in front and behind gave, which took seconds."""
    assert tree(rounds, separation, rounds, restart) == squared


def test_trees_of_thousands_of_rounds_keep_nobody_waiting() -> None:
    """A user who comes four times in 20,000 rounds: what matters is a handful of rounds in each half, not all 5,000."""
    began = time.process_time()

    assert tree(20_000, 5000, 4) == 76
    assert time.process_time() - began < 1


@given(st.lists(st.floats(0, 1), max_size=8).map(lambda c: [1.0, *sorted(c, reverse=True)]), st.integers(1, 6), st.integers(1, 4))
def test_no_schedule_moves_a_falling_matrix_further(column: list[float], separation: int, most: int) -> None:
    """Nor does one of the matrix, whatever signs a user's updates have: entries are not negative."""
    rounds = len(column)
    matrix = np.array([[column[row - at] if row >= at else 0.0 for at in range(rounds)] for row in range(rounds)])
    tried = max(float((matrix[:, list(one)].sum(1) ** 2).sum()) for one in schedules(rounds, separation, most))

    assert toeplitz(np.array(column), separation, most) == pytest.approx(tried)


@pytest.mark.parametrize("column", [[1.0, -0.1], [1.0, 0.2, 0.3]])
def test_other_matrices_are_not_counted(column: list[float]) -> None:
    """Their worst user is another; nobody should rest on a wrong number."""
    with pytest.raises(AssertionError, match="another worst user"):
        toeplitz(np.array(column), 2, 2)


def test_blt_of_jax_privacy() -> None:
    """Its squared sensitivity, error, rho and epsilon by the closed form, from theta and omega."""
    squared = toeplitz(coefficients(THETA, OMEGA, 2000), 314, 6)

    assert squared == pytest.approx(26.284237128, abs=1e-8)
    assert errors(THETA, OMEGA, 2000)[-1] == pytest.approx(2.1119, abs=1e-4)
    assert squared / (2 * 7.0**2) == pytest.approx(0.268207, abs=1e-6)
    assert epsilon([CorrelatedGaussian(noise=7.0, squared=squared)], 1e-10) == pytest.approx(4.66586, abs=1e-4)


@pytest.mark.parametrize(
    ("rho", "delta", "published"),
    [(0.15068403, 1e-10, 3.4240074), (0.01434257, 1e-10, 0.9935501), (0.2, 1e-10, 3.9842), (2.0, 1e-10, 14.2741)],
    ids=["Gboard es-ES, banded", "Gboard pt-BR and es-US, banded", "Xu 2023, from", "Xu 2023, to"],
)
def test_rho_becomes_epsilon_by_the_closed_form(rho: float, delta: float, published: float) -> None:
    """Of a matrix that is not rebuilt here, from its rho."""
    assert epsilon([CorrelatedGaussian(noise=1.0, squared=2 * rho)], delta) == pytest.approx(published, abs=1e-4)


def test_the_chosen_matrix_is_as_good_as_the_best_known() -> None:
    """For the rounds that jax-privacy's was optimised for: the same loss of 10.827, and the same matrix."""
    theta, omega = chosen(2000, 314, 3, most=6)

    assert loss(THETA, OMEGA, 2000, 314, 6) == pytest.approx(10.8271, abs=1e-3)
    assert loss(theta, omega, 2000, 314, 6) == pytest.approx(10.8271, rel=1e-5)
    assert omega == pytest.approx(sorted(OMEGA, reverse=True), rel=1e-3)


@pytest.mark.parametrize(("rounds", "separation"), [(1, 1), (2, 1), (10, 10), (60, 20), (300, 1), (500, 123)])
def test_a_chosen_matrix_is_valid_and_no_worse_than_independent_noise(rounds: int, separation: int) -> None:
    """Also for few rounds and for no separation; more buffers are no worse."""
    losses = []
    for buffers in (1, 2, 3):
        theta, omega = chosen(rounds, separation, buffers)
        column = coefficients(theta, omega, rounds)
        assert column.min() >= 0
        assert (np.diff(column) <= 0).all()
        losses.append(loss(theta, omega, rounds, separation, participations(rounds, separation)))

    assert losses[0] <= (rounds * participations(rounds, separation)) ** 0.5 * (1 + 1e-6)
    assert losses[2] <= losses[0] * (1 + 1e-3)


@given(st.lists(st.floats(-2, 2), min_size=1, max_size=5), st.integers(0, 3), st.integers(1, 4), st.integers(1, 11))
def test_no_schedule_moves_a_banded_matrix_further(column: list[float], beyond: int, most: int, rounds: int) -> None:
    """Whatever its coefficients are, also negative or rising: turns that are as far apart as it has bands move different rows."""
    separation = len(column) + beyond
    matrix = np.array([[column[row - at] if 0 <= row - at < len(column) else 0.0 for at in range(rounds)] for row in range(rounds)])
    tried = max(float((matrix[:, list(one)].sum(1) ** 2).sum()) for one in schedules(rounds, separation, most))

    assert bands.squared(column, rounds, separation, most) == pytest.approx(tried)
    assert tried <= most * float(np.square(column).sum()) + 1e-9, "the closed form, of columns that none cuts off"


def test_bands_beyond_a_separation_are_not_counted() -> None:
    """Two turns of one user would move the same row; nobody should rest on a wrong number."""
    with pytest.raises(AssertionError, match="two turns of a user"):
        bands.squared([1.0, 0.5, 0.4], 10, 2, 5)


@pytest.mark.parametrize(("noise", "between", "most", "length", "rho"), [(8.35, 1428, 2, 1.0, 0.01434257), (8.35, 1132, 2, 1.0, 0.01434257), (1.411, 484, 3, 0.2, 0.15068403)], ids=["pt-BR", "es-US", "es-ES"])
def test_gboard_banded(noise: float, between: int, most: int, length: float, rho: float) -> None:
    """Published are noise, rounds between, participations and rho, of matrices whose columns are equally long: 1, and a squared length of 0.2 for es-ES, as its rho says."""
    last = (most - 1) * (between + 1) + 1000  # the rounds after which the last participation is over
    column = [(length / 400) ** 0.5] * 400

    assert bands.squared(column, last, between + 1, most) / (2 * noise**2) == pytest.approx(rho, rel=1e-6)


@pytest.mark.parametrize(("rounds", "separation", "width", "most"), [(2, 2, 2, 1), (60, 20, 7, 3), (60, 20, 20, 3), (300, 123, 100, 3), (2000, 485, 400, 3)])
def test_no_other_bands_do_better(rounds: int, separation: int, width: int, most: int) -> None:
    """Neither those next to the ones that are chosen, nor the square root that the search begins at; and no more bands do worse."""
    random, best = np.random.default_rng(1), bands.chosen(rounds, separation, width, most)
    least = bands.loss(best, rounds, separation, most)
    root = np.cumprod([1.0, *(1 - 0.5 / lag for lag in range(1, width))])

    assert least <= bands.loss(root.tolist(), rounds, separation, most)
    for _ in range(100):
        other = np.array(best) + np.r_[0.0, random.normal(0, 0.01, width - 1)]
        assert least <= bands.loss(other.tolist(), rounds, separation, most) * (1 + 1e-6)
    assert least <= bands.loss(bands.chosen(rounds, separation, max(2, width // 2), most), rounds, separation, most) * (1 + 1e-6)


def test_as_many_bands_as_there_is_separation_do_a_little_better_than_buffers() -> None:
    """At the settings of jax-privacy's BLT: 10.51 against 10.83, for the noise of 313 rounds in place of 3 buffers."""
    assert bands.loss(bands.chosen(2000, 314, 314, 6), 2000, 314, 6) == pytest.approx(10.505, abs=1e-3)


def test_the_inverse_is_one() -> None:
    """C times C^-1 is the identity."""
    product = np.convolve(coefficients(THETA, OMEGA, 500), inverse(THETA, OMEGA, 500))[:500]

    assert np.allclose(product, np.eye(1, 500)[0], atol=1e-12)


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 5))
def test_longer_runs_and_shorter_separations_move_more(rounds: int, separation: int, most: int) -> None:
    """What is counted after each round never falls."""
    assert tree(rounds, separation, most) <= tree(rounds + 1, separation, most)
    assert tree(rounds, separation + 1, most) <= tree(rounds, separation, most) <= tree(rounds, separation, most + 1)
