"""A clip norm that adapts reaches its quantile, and costs what a fixed one does."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthc.compiler.graph.accounting import epsilon
from synthc.compiler.graph.spending import noise_on_updates, solved
from synthc.runtime.federated.dp.adaptive import Adaptive
from synthc.runtime.federated.dp.gaussian import Gaussian
from tests.runtime.federated.small import SETTINGS, mechanism

ADAPTIVE = Adaptive(quantile=0.5, rate=0.2, count_noise=5.0)
PEOPLE, SIZE, DRAWS = 1000, 200_000, 6000


def key(number: int) -> bytes:
    """Return the key of a draw."""
    return number.to_bytes(32, "big")


def adapted(start: float, quantile: float, rounds: int, lengths: np.ndarray) -> list[float]:
    """Return the norms of some rounds over people with updates of these lengths, a tenth of whom are drawn."""
    of = mechanism(users=len(lengths), clip=start, coin=0.1, cohort=100, drawn=100, noise=1.0, adaptive=Adaptive(quantile=quantile, rate=0.2, count_noise=5.0))
    state, norms = of.begin(1), []
    for round_ in range(rounds):
        drawn, state = of.sample(round_, key(2 * round_), state)
        norm = of.norm(state)
        longer = (lengths[drawn] > norm).sum()
        _, state = of.release(np.zeros(1), {"users": float(len(drawn)), "clipped": float(longer)}, key(2 * round_ + 1), state)
        norms.append(norm)
    return norms


@pytest.mark.parametrize("start", [0.1, 10.0])
@pytest.mark.parametrize("quantile", [0.2, 0.5, 0.8])
def test_the_quantile_is_reached_from_below_and_from_above(start: float, quantile: float) -> None:
    """Lengths about 1: a factor of ten is about 23 rounds of at most 10% each, and the norm stays where it belongs."""
    lengths = np.random.default_rng(5).lognormal(0.0, 0.5, PEOPLE)
    norms = adapted(start, quantile, 150, lengths)

    assert np.mean(norms[-60:]) == pytest.approx(np.quantile(lengths, quantile), rel=0.12)
    steps = np.abs(np.diff(np.log(norms)))
    assert np.median(steps[:10]) <= 0.2 * max(quantile, 1 - quantile) * 1.3


def test_noise_is_that_of_the_norm_by_which_updates_were_clipped() -> None:
    """Not of the one that the round has arrived at: the deviation is within 1% of the split noise times the norm before."""
    of = mechanism(clip=0.3, adaptive=ADAPTIVE)
    state = of.begin(SIZE)
    released, after = of.release(np.zeros(SIZE), {"users": 20.0, "clipped": 20.0}, key(0), state)

    assert of.norm(after) > of.norm(state)
    assert released.std() == pytest.approx(noise_on_updates(0.8, 5.0) * 0.3 / 20, rel=0.01)


def test_the_count_has_the_noise_that_is_counted() -> None:
    """Over many rounds, the logarithm of the norm moves by rate times noise of `count_noise` / cohort."""
    of = mechanism(clip=1.0, adaptive=ADAPTIVE)
    moved = [np.log(of.norm(of.release(np.zeros(1), {"users": 20.0, "clipped": 10.0}, key(draw), of.begin(1))[1])) for draw in range(DRAWS)]

    assert np.std(moved) == pytest.approx(0.2 * 5.0 / 20, rel=0.06)
    assert abs(np.mean(moved)) < 6 * np.std(moved) / DRAWS**0.5


@given(st.floats(0.05, 5), st.floats(0.1, 50))
def test_both_noises_together_spend_what_the_whole_would(noise: float, count_noise: float) -> None:
    """noise^-2 = updates^-2 + (2 count)^-2; a count that leaves nothing is refused with a sentence."""
    if noise >= 2 * count_noise:
        with pytest.raises(ValueError, match="set `count_noise` to"):
            noise_on_updates(noise, count_noise)
    else:
        updates = noise_on_updates(noise, count_noise)
        assert updates**-2 + (2 * count_noise) ** -2 == pytest.approx(noise**-2, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize(("cohort", "noise", "count_noise", "published"), [(100, 1.0, 5.0, 1.0050), (20, 1.0, 1.0, 1.155)])
def test_the_split_of_andrew_et_al(cohort: int, noise: float, count_noise: float, published: float) -> None:
    """With the count's noise at a twentieth of the cohort."""
    assert count_noise == cohort / 20
    assert noise_on_updates(noise, count_noise) == pytest.approx(published, abs=1e-3)


def test_changing_the_norm_does_not_change_what_is_charged() -> None:
    """The event has no clip norm; whoever changes the noise changes what is drawn and what is counted."""
    dp = {**SETTINGS["dp"], "adaptive": {"quantile": 0.5, "rate": 0.2, "count_noise": 25.0}}
    settings = {**SETTINGS, "population_is": "declared", "dp": dp}
    fixed, adaptive = Gaussian.of({**settings, "dp": SETTINGS["dp"]}, 50), Gaussian.of(settings, 50)
    louder = Gaussian.of({**settings, "dp": {**dp, "noise": 1.6}}, 50)
    zero, told = np.zeros(SIZE), {"users": 0.0, "clipped": 0.0}

    assert adaptive.event(10) == fixed.event(10)
    assert epsilon([louder.event(10)], 1e-9) < epsilon([adaptive.event(10)], 1e-9)
    assert louder.release(zero, told, key(0), louder.begin(1))[0].std() > 1.9 * adaptive.release(zero, told, key(0), adaptive.begin(1))[0].std()


def test_a_pretended_population_moves_the_norm_as_the_real_one_would() -> None:
    """The noise on the share that fits is that of the pretended cohort."""
    dp = {**SETTINGS["dp"], "clip": 1.0, "adaptive": {"quantile": 0.5, "rate": 0.2, "count_noise": 25.0}}
    of = Gaussian.of({**SETTINGS, "dp": dp}, users=8)
    moved = [np.log(of.norm(of.release(np.zeros(1), {"users": 6.0, "clipped": 3.0}, key(draw), of.begin(1))[1])) for draw in range(DRAWS)]

    assert np.std(moved) == pytest.approx(0.2 * 25.0 / 500, rel=0.06)


@given(st.floats(0, 100), st.floats(0, 100))
def test_one_user_moves_the_centred_count_by_a_half(users: float, longer: float) -> None:
    """Whoever joins, fitting or not; nobody's absence counts for anything."""

    def centred(people: float, over: float) -> float:
        after = ADAPTIVE.moved({"users": people, "clipped": over}, 0.0, 20.0, {"clip": np.array([1.0])})
        return (-float(np.log(after["clip"][0])) / 0.2 + 0.5 - 0.5) * 20

    for fits in (0.0, 1.0):
        assert abs(centred(users + 1, longer + fits) - centred(users, longer)) == pytest.approx(0.5, abs=1e-6)


def test_noise_is_solved_with_the_split() -> None:
    """What is asked for as an epsilon is the whole; the updates get a little more noise than the solved number."""
    dp = {"mechanism": "gaussian", "noise": None, "epsilon": 1.0, "delta": 1e-6, "sampling": 0.005, "adaptive": {"quantile": 0.5, "rate": 0.2, "count_noise": 5.0}}
    found = solved(dp, 50)

    assert epsilon([Gaussian.of({**SETTINGS, "dp": {**dp, "clip": 0.1, "noise": found["noise"]}}, 8).event(50)], 1e-6) <= 1.0
    with pytest.raises(ValueError, match="set `count_noise`"):
        solved({**dp, "adaptive": {"quantile": 0.5, "rate": 0.2, "count_noise": 0.1}}, 50)
