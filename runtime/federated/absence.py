"""Devices that fail, are slow or come too late, as a simulation's settings say.

Who is absent rests on the run's seed and the users, not on the secret of the cohort, so that nothing but fewer updates
comes of it: a missing update counts as zero, and noise and divisor stay those of the planned cohort.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

DROPPED, PACE, SLOW = 1, 2, 3
"""What is drawn for a user in a round, beside the order of the user's text; each from a stream of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """What goes wrong in a round: shares of the users who drop out or are slow, and how many reports close it.

    `numbers_U` are the users' own numbers, by which all is drawn; `sizes_U` the words that a round reads of each.
    """

    dropout: float
    goal: int | None
    seed: int
    numbers_U: NDArray[np.uint64]  # noqa: N815
    sizes_U: NDArray[np.int64]  # noqa: N815

    @classmethod
    def of(cls, settings: Mapping[str, Any], seed: int, numbers: NDArray[np.uint64], sizes: NDArray[np.int64]) -> Absence:
        """Return what a federate node says of it.

        Among people whom a mechanism protects the time that a device takes may not rest on its text: who came too late
        would tell how much the others typed.
        """
        protected = settings["dp"] is not None and settings["population_is"] != "simulated"
        sizes = np.ones_like(sizes) if protected else sizes
        return cls(dropout=settings["dropout"], goal=settings["report_goal"], seed=seed, numbers_U=numbers, sizes_U=sizes)

    def present(self, cohort: NDArray[np.int64], round_: int) -> NDArray[np.int64]:
        """Return those of a cohort whose updates arrive.

        The time that a device takes is its words times a pace of its own in this round, log-normal
        with a deviation of 1; at `goal` reports the round is closed.
        """
        there = cohort if self.dropout == 0 else np.array([user for user in cohort if self._drawn(user, round_, DROPPED).random() >= self.dropout], np.int64)
        if self.goal is None or len(there) <= self.goal:
            return there
        times = [self.sizes_U[user] * np.exp(self._drawn(user, round_, PACE).standard_normal()) for user in there]
        return np.sort(there[np.argsort(times, kind="stable")[: self.goal]])

    def _drawn(self, user: int, round_: int, what: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, round_, int(self.numbers_U[user]), what])


def steps_done(share: float, steps: int, *, seed: int, round_: int, number: int) -> int:
    """Return how many of a device's steps are done when it has to send what it has.

    One of a `share` of slow devices stops behind a step that is drawn, the first to the last but one
    (Li et al. 2020 let such devices do a part of their work).
    """
    if share == 0 or steps <= 1:
        return steps
    random = np.random.default_rng([seed, round_, number, SLOW])
    return int(random.integers(1, steps)) if random.random() < share else steps
