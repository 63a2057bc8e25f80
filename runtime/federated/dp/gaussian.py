"""The Gaussian mechanism on a Poisson sample of users: clip, sum, add noise, divide.

Abadi et al. 2016 and McMahan et al. 2018, with the denominator fixed in advance: the mean that a
round releases is (sum of clipped updates + noise x clip x N(0, 1)) / expected cohort.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from synthc.compiler.graph.accounting import SubsampledGaussian
from synthc.runtime.federated.dp.adaptive import Adaptive
from synthc.runtime.federated.dp.keystream import normal
from synthc.runtime.federated.dp.mechanism import Arrays, Indices, Stats, Vector, drawn_users
from synthc.runtime.federated.dp.sampling import poisson


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaussian:
    """One mechanism: `noise` is the one number by which noise is drawn and by which it is counted.

    `sampling` is each user's chance in a round as it is counted, `cohort` the expected number of
    users; of a pretended population `coin` is the chance that real users are drawn with, and
    `drawn` their expected number. With `adaptive` the clip norm begins at `clip` and moves.
    """

    users: int
    clip: float
    noise: float
    sampling: float
    cohort: int
    coin: float
    drawn: float
    adaptive: Adaptive | None = None

    @classmethod
    def of(cls, settings: Mapping[str, Any], users: int) -> Gaussian:
        """Return the mechanism of a federate node over the users that were found."""
        dp = settings["dp"]
        pretended = settings["population_is"] == "simulated"
        return cls(
            users=users,
            clip=dp["clip"],
            noise=dp["noise"],
            sampling=dp["sampling"],
            cohort=settings["cohort"],
            coin=drawn_users(settings, users) / users if pretended else dp["sampling"],
            drawn=drawn_users(settings, users) if pretended else settings["cohort"],
            adaptive=Adaptive(**dp["adaptive"]) if "adaptive" in dp else None,
        )

    def begin(self, size: int) -> Arrays:
        """Remember the clip norm, where it moves."""
        del size
        return {} if self.adaptive is None else self.adaptive.begin(self.clip)

    def sample(self, round_: int, key: bytes, state: Arrays) -> tuple[Indices, Arrays]:
        """Return the users whose coin fell; each coin is its own."""
        del round_
        return poisson(self.users, self.coin, key), state

    def norm(self, state: Arrays) -> float:
        """Return the clip norm of this round."""
        return self._clip(state)

    def release(self, total: Vector, stats: Stats, key: bytes, state: Arrays) -> tuple[Vector, Arrays]:
        """Return the noised mean of a sum of clipped updates; the noise is that of the norm by which they were clipped.

        For a pretended population the noise shrinks with the sum, so that each coordinate of the
        mean has the noise of the pretended run.
        """
        shrunk = self.drawn / self.cohort
        drawn = normal(key, total.size + 1)
        noise = self.noise if self.adaptive is None else self.adaptive.noise_on_updates(self.noise)
        mean = drawn[:-1]  # in place: a model's worth of memory is slow to come by
        mean *= noise * self._clip(state) * shrunk
        mean += total
        mean /= self.drawn
        return mean, state if self.adaptive is None else self.adaptive.moved(stats, shrunk * drawn[-1], self.drawn, state)

    def _clip(self, state: Arrays) -> float:
        return self.clip if self.adaptive is None else float(state["clip"][0])

    def event(self, rounds: int) -> SubsampledGaussian:
        """Return what some rounds spend, as the accountant counts it."""
        return SubsampledGaussian(sampling=self.sampling, noise=self.noise, rounds=rounds)
