"""Mechanisms under audit: those of the product by what they claim, and the same with a mistake that somebody could make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from synthc.compiler.graph.accounting import noise_for_whole
from synthc.compiler.graph.spending import solved, squared_sensitivity
from synthc.runtime.federated.dp.adaptive import Adaptive
from synthc.runtime.federated.dp.banded import Banded
from synthc.runtime.federated.dp.correlated import Correlated
from synthc.runtime.federated.dp.gaussian import Gaussian
from synthc.runtime.federated.dp.mechanism import Arrays, Mechanism, Stats, Vector

CLIP = 0.3
Made = Callable[[int], Mechanism]
"""A mechanism over so many users."""


def correlated(name: str, *, rounds: int, separation: int, epsilon: float, delta: float, cohort: int) -> Callable[[int], Correlated]:
    """Return `tree`, `blt` or `banded` with its noise solved for the epsilon that is claimed; `cohort` is everybody, so that all come as soon as they may."""
    own: Any = {"tree": {"restart": None}, "blt": {"buffers": 2}, "banded": {"bands": separation}}[name]
    dp = solved({"mechanism": name, "clip": CLIP, "noise": None, "epsilon": epsilon, "delta": delta, "separation": separation, **own}, rounds)
    return lambda users: Correlated.of({"dp": dp, "cohort": cohort, "population_is": "declared"}, users)


def quiet(made: Callable[[int], Correlated]) -> Made:
    """Return it without noise."""
    return lambda users: replace(made(users), dp={**made(users).dp, "noise": 1e-6})


def taken_back_whole(made: Callable[[int], Correlated], rounds: int) -> Made:
    """Return it with noise that each round takes back whole, which is not the noise that was counted: its matrix is all ones."""
    return lambda users: replace(made(users), correlated=Banded(coefficients=(1.0,) * rounds))


def too_soon(made: Callable[[int], Correlated]) -> Made:
    """Return it drawing everybody in every round, counted as if they had waited."""
    return lambda users: replace(made(users), dp={**made(users).dp, "separation": 1})


def counted_once(made: Callable[[int], Correlated], *, rounds: int, epsilon: float, delta: float) -> Made:
    """Return it with noise for people who take part once, and who come as often as the separation lets them."""
    noise = noise_for_whole(epsilon=epsilon, delta=delta, squared=squared_sensitivity(made(1).dp, rounds, most=1))
    return lambda users: replace(made(users), dp={**made(users).dp, "noise": noise})


def faulty(name: str, *, rounds: int, separation: int, epsilon: float, delta: float, cohort: int) -> Mapping[str, tuple[Made, int]]:
    """Return each fault of correlated noise, and how many rounds apart people really come under it."""
    right = correlated(name, rounds=rounds, separation=separation, epsilon=epsilon, delta=delta, cohort=cohort)
    return {
        "noise that is taken back whole": (taken_back_whole(right, rounds), separation),
        "users who do not wait": (too_soon(right), 1),
        "counted as if nobody came again": (counted_once(right, rounds=rounds, epsilon=epsilon, delta=delta), separation),
    }


def adaptive(noise: float, cohort: int, rate: float = 0.2) -> Callable[[int], Gaussian]:
    """Return Gaussian noise on everybody with a clip norm that adapts."""
    moves = Adaptive(quantile=0.5, rate=rate, count_noise=max(cohort / 20, noise))
    return lambda users: Gaussian(users=users, clip=CLIP, noise=noise, sampling=1.0, cohort=cohort, coin=1.0, drawn=cohort, adaptive=moves)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hasty(Gaussian):
    """Moves the clip norm first, and then draws noise by the new one for updates that were clipped by the old."""

    def release(self, total: Vector, stats: Stats, key: bytes, state: Arrays) -> tuple[Vector, Arrays]:
        """Release with the noise of the next round's norm."""
        mean, after = Gaussian.release(self, total, stats, key, state)
        noise = mean * self.drawn - total
        return (total + noise * (after["clip"] / state["clip"])) / self.drawn, after


def hasty(of: Gaussian) -> Hasty:
    """Return an adaptive mechanism that draws its noise too late."""
    return Hasty(users=of.users, clip=of.clip, noise=of.noise, sampling=of.sampling, cohort=of.cohort, coin=of.coin, drawn=of.drawn, adaptive=of.adaptive)
