"""The Gaussian mechanism does what its accountant is told, shown by drawing from it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.special import ndtri

from synthc.compiler.graph.accounting import epsilon
from synthc.runtime.federated.device import add_clipped
from synthc.runtime.federated.dp.gaussian import Gaussian
from synthc.runtime.federated.dp.keystream import CHUNK, normal, uniform
from synthc.runtime.federated.dp.none import NoMechanism
from tests.runtime.federated.small import SETTINGS, mechanism

SIZE = 200_000
KEY = bytes(range(32))


def clip(update: np.ndarray, norm: float) -> tuple[np.ndarray, bool]:
    """Return what an update adds to a sum, and whether it was longer than the norm."""
    total = torch.zeros(len(update), dtype=torch.float64)
    longer = add_clipped(total, torch.from_numpy(update), norm)
    return total.numpy(), longer


def noise_of(of: Gaussian, key: bytes) -> np.ndarray:
    """Return what is released where every update is zero."""
    return of.release(np.zeros(SIZE), {}, key, {})[0]


def test_noise_has_the_deviation_that_is_counted() -> None:
    """With zero updates the released mean is noise of noise x clip / cohort, within 1%."""
    released = noise_of(mechanism(), KEY)

    assert released.std() == pytest.approx(0.8 * 0.3 / 20, rel=0.01)
    assert abs(released.mean()) < 6 * released.std() / SIZE**0.5


def test_noise_is_normal() -> None:
    """Quantiles of the noise are those of the normal distribution, far into its tails."""
    drawn = np.sort(normal(KEY, 1_000_000))

    for share in (0.001, 0.1587, 0.5, 0.9772, 0.9999):
        density = np.exp(-(ndtri(share) ** 2) / 2) / np.sqrt(2 * np.pi)
        deviation = np.sqrt(share * (1 - share) / len(drawn)) / density
        assert drawn[int(share * len(drawn))] == pytest.approx(ndtri(share), abs=6 * deviation)


def test_noise_is_fresh_each_round_and_independent() -> None:
    """Two keys give noise without correlation; the same key gives the same noise."""
    one, two = KEY, KEY[::-1]

    correlation = np.corrcoef(noise_of(mechanism(), one), noise_of(mechanism(), two))[0, 1]
    assert abs(correlation) < 6 / SIZE**0.5
    assert np.array_equal(noise_of(mechanism(), one), noise_of(mechanism(), one))


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_the_noise_drawn_and_the_noise_counted_are_one_number(factor: float) -> None:
    """Whoever changes the node's noise changes what is drawn and what is charged, both by it."""
    changed = {**SETTINGS, "population_is": "declared", "dp": {**SETTINGS["dp"], "noise": 0.8 * factor}}
    before, after = Gaussian.of({**SETTINGS, "population_is": "declared"}, users=50), Gaussian.of(changed, users=50)

    assert noise_of(after, KEY).std() == pytest.approx(factor * noise_of(before, KEY).std())
    assert after.event(100).noise == factor * before.event(100).noise
    assert (epsilon([after.event(100)], 1e-9) < epsilon([before.event(100)], 1e-9)) is (factor > 1)


def test_every_user_is_drawn_by_a_coin_of_its_own() -> None:
    """Cohort sizes have the mean and the variance of independent coins, and users do not go together."""
    of, rounds, people = mechanism(coin=0.1, users=200), 3000, 200
    drawn = np.zeros((rounds, people))
    for round_ in range(rounds):
        drawn[round_, of.sample(round_, round_.to_bytes(32, "big"), {})[0]] = 1

    sizes = drawn.sum(1)
    assert sizes.mean() == pytest.approx(people * 0.1, rel=0.03)
    assert sizes.var() == pytest.approx(people * 0.1 * 0.9, rel=0.16)
    assert np.allclose(drawn.mean(0), 0.1, atol=0.04)
    assert abs(np.corrcoef(drawn[:, 0], drawn[:, 1])[0, 1]) < 6 / rounds**0.5


def test_coins_are_those_of_the_graph_whoever_was_found() -> None:
    """With a declared population neither the coin nor the divisor depends on how many users there are."""
    settings = {**SETTINGS, "population_is": "declared"}

    for users in (10, 1000):
        of = Gaussian.of(settings, users)
        assert (of.coin, of.drawn) == (SETTINGS["dp"]["sampling"], SETTINGS["cohort"])


def test_a_pretended_population_has_the_noise_of_the_real_one() -> None:
    """Each coordinate of the mean has the noise that the pretended cohort would have had."""
    real, pretended = Gaussian.of({**SETTINGS, "population_is": "declared"}, 60), Gaussian.of(SETTINGS, 60)

    assert pretended.coin == pytest.approx(SETTINGS["draw"] / 60)
    assert noise_of(pretended, KEY).std() == pytest.approx(noise_of(real, KEY).std())


@pytest.mark.parametrize("update", [np.full(10, 1e300), np.full(10, np.nan), np.array([np.inf] + [0.0] * 9), np.zeros(10), np.full(10, 1e-3), np.full(10, 5.0)])
def test_no_update_is_longer_than_the_clip(update: np.ndarray) -> None:
    """Whatever a user sends, huge, not a number or nothing, at most the clip norm of it counts."""
    clipped, _ = clip(update, 0.3)

    assert np.isfinite(clipped).all()
    assert np.linalg.norm(clipped) <= 0.3 * (1 + 1e-9)


def test_short_updates_are_left_alone() -> None:
    """Clipping shortens and never stretches."""
    update = np.full(4, 0.01)

    assert np.array_equal(clip(update, 0.3)[0], update)


def test_an_empty_cohort_still_adds_noise() -> None:
    """A round in which no coin fell releases noise like any other."""
    assert noise_of(mechanism(), b"k" * 32).std() > 0


def test_without_a_mechanism_there_is_no_noise() -> None:
    """`dp = none` releases the plain mean."""
    of = NoMechanism.of(SETTINGS, users=60)

    assert np.array_equal(of.release(np.ones(3), {}, b"k" * 32, {})[0], np.ones(3) / of.drawn)


def test_uniform_numbers_stay_inside() -> None:
    """No coin is ever exactly 0 or 1, so that no quantile is infinite."""
    drawn = uniform(KEY, SIZE)

    assert 0 < drawn.min() < drawn.max() < 1


def test_normal_numbers_are_the_quantiles_of_one_stream() -> None:
    """However they are cut into pieces to be worked out."""
    np.testing.assert_allclose(normal(KEY, 3 * CHUNK + 5), ndtri(uniform(KEY, 3 * CHUNK + 5)), rtol=1e-10, atol=1e-15)


def test_drawing_noise_leaves_torch_its_threads() -> None:
    """They are one while it is drawn; what is trained or scored afterwards has all of them."""
    torch.set_num_threads(2)
    normal(KEY, 2 * CHUNK)

    assert torch.get_num_threads() == 2
