"""The Gaussian mechanism on a Poisson sample of users: clip, sum, add noise, divide.

Abadi et al. 2016 and McMahan et al. 2018, with the denominator fixed in advance: the mean that a
round releases is (sum of clipped updates + noise x clip x N(0, 1)) / expected cohort.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synthc.compiler.graph.accounting import SubsampledGaussian
from synthc.runtime.federated.dp.keystream import normal, uniform

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaussian:
    """One mechanism: `noise` is the one number by which noise is drawn and by which it is counted.

    `sampling` is each user's chance in a round as it is counted, `cohort` the expected number of
    users; of a pretended population `coin` is the chance that real users are drawn with, and
    `drawn` their expected number.
    """

    clip: float
    noise: float
    sampling: float
    cohort: int
    coin: float
    drawn: float

    @classmethod
    def of(cls, settings: Mapping[str, Any], users: int) -> Gaussian:
        """Return the mechanism of a federate node over the users that were found."""
        dp = settings["dp"]
        pretended = settings["population_is"] == "simulated"
        return cls(
            clip=dp["clip"],
            noise=dp["noise"],
            sampling=dp["sampling"],
            cohort=settings["cohort"],
            coin=drawn_users(settings, users) / users if pretended else dp["sampling"],
            drawn=drawn_users(settings, users) if pretended else settings["cohort"],
        )

    def event(self, rounds: int) -> SubsampledGaussian:
        """Return what some rounds spend, as the accountant counts it."""
        return SubsampledGaussian(sampling=self.sampling, noise=self.noise, rounds=rounds)

    def sample(self, users: int, key: bytes) -> NDArray[np.int64]:
        """Return the indices of the users whose coin fell; each coin is its own."""
        return poisson_sample(users, self.coin, key)

    def clipped(self, update: Vector) -> tuple[Vector, bool]:
        """Return an update at most `clip` long, and whether it was longer; one whose length is not finite counts as zero."""
        with np.errstate(over="ignore"):
            norm = float(np.linalg.norm(update))
        if not np.isfinite(norm):
            return np.zeros_like(update), True
        return (update * (self.clip / norm), True) if norm > self.clip else (update, False)

    def mean(self, total: Vector, key: bytes) -> Vector:
        """Return the noised mean of a sum of clipped updates.

        For a pretended population the noise shrinks with the sum, so that each coordinate of the
        mean has the noise of the pretended run.
        """
        deviation = self.noise * self.clip * (self.drawn / self.cohort)
        found: Vector = (total + deviation * normal(key, total.size)) / self.drawn
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class NoMechanism:
    """`dp = none`: the same rounds without clipping and without noise; what comes out is private."""

    coin: float
    drawn: float

    @classmethod
    def of(cls, settings: Mapping[str, Any], users: int) -> NoMechanism:
        """Return the sampling of a federate node over the users that were found."""
        wanted = drawn_users(settings, users) if settings["population_is"] == "simulated" else settings["cohort"]
        coin = min(1.0, wanted / users)
        return cls(coin=coin, drawn=coin * users)

    def sample(self, users: int, key: bytes) -> NDArray[np.int64]:
        """Return the indices of the users whose coin fell."""
        return poisson_sample(users, self.coin, key)

    def clipped(self, update: Vector) -> tuple[Vector, bool]:
        """Return an update as it is; one that is not finite counts as zero."""
        finite = bool(np.isfinite(update).all())
        return (update, False) if finite else (np.zeros_like(update), True)

    def mean(self, total: Vector, key: bytes) -> Vector:
        """Return the mean."""
        del key
        found: Vector = total / self.drawn
        return found


Mechanism = Gaussian | NoMechanism


def poisson_sample(users: int, coin: float, key: bytes) -> NDArray[np.int64]:
    """Return the indices of the users whose own coin fell."""
    return np.flatnonzero(uniform(key, users) < coin)


def mechanism_of(settings: Mapping[str, Any], users: int) -> Mechanism:
    """Return the mechanism of a federate node."""
    return Gaussian.of(settings, users) if settings["dp"] is not None else NoMechanism.of(settings, users)


def drawn_users(settings: Mapping[str, Any], users: int) -> int:
    """Return how many of the users found stand in for a cohort of the pretended population, all by default."""
    return int(settings["draw"] or users)
