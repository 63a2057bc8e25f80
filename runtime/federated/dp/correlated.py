"""DP-FTRL: cyclic participation, and noise of which later rounds take back what earlier ones added.

Nothing rests on chance here: a user takes part at least `separation` rounds apart, and all rounds
together are one Gaussian (Kairouz et al. 2021, Denisov et al. 2022). Whoever was drawn has taken part,
also where no answer came. What a user's answer is replaced by is zero, so that everybody else's turn
stays what it was.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from synthc.compiler.graph.accounting import Event
from synthc.compiler.graph.spending import event
from synthc.runtime.federated.dp.banded import Banded
from synthc.runtime.federated.dp.blt import Blt
from synthc.runtime.federated.dp.mechanism import Arrays, Indices, Stats, Vector, drawn_users
from synthc.runtime.federated.dp.sampling import lot
from synthc.runtime.federated.dp.tree import Tree

LONG_AGO = -(2**40)


class Noise(Protocol):
    """Noise on the sums of rounds, one after the other, of which fresh noise has a deviation of 1."""

    def begin(self, size: int) -> Arrays:
        """Return what is remembered before the first round."""
        ...

    def next(self, round_: int, size: int, key: bytes, state: Arrays) -> tuple[Vector, Arrays]:
        """Return the noise of a round counted from 0, and what is remembered then."""
        ...


NOISES: Mapping[str, Callable[[Mapping[str, Any]], Noise]] = {"tree": Tree.of, "blt": Blt.of, "banded": Banded.of}


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlated:
    """A mechanism over a way to correlate noise; `dp` are the settings of the node, by which is drawn and counted.

    `drawn` users stand in for the `cohort` where a population is `pretended`: true users are drawn by
    lot then, however seldom the pretended ones come.
    """

    users: int
    dp: Mapping[str, Any]
    cohort: int
    drawn: int
    pretended: bool
    correlated: Noise

    @classmethod
    def of(cls, settings: Mapping[str, Any], users: int) -> Correlated:
        """Return the mechanism of a federate node over the users that were found."""
        dp, pretended = settings["dp"], settings["population_is"] == "simulated"
        drawn = drawn_users(settings, users) if pretended else settings["cohort"]
        return cls(users=users, dp=dp, cohort=settings["cohort"], drawn=drawn, pretended=pretended, correlated=NOISES[dp["mechanism"]](dp))

    def begin(self, size: int) -> Arrays:
        """Remember that nobody took part yet, and a name for these rounds in the ledger."""
        seen = {"last": np.full(self.users, LONG_AGO), "turns": np.zeros(self.users, np.int64), "closest": np.array([-LONG_AGO])}
        series = np.frombuffer(secrets.token_bytes(8), np.uint8)
        return {"done": np.zeros(1, np.int64), "series": series, **seen, **self.correlated.begin(size)}

    def sample(self, round_: int, key: bytes, state: Arrays) -> tuple[Indices, Arrays]:
        """Return a cohort of those who have waited long enough, all of them where they are fewer."""
        assert round_ == state["done"][0], "the noise of another round would be shown twice"
        waited = round_ - state["last"]
        drawn = lot(waited >= (0 if self.pretended else self.dp["separation"]), self.drawn, key)
        last, turns = state["last"].copy(), state["turns"].copy()
        last[drawn] = round_
        turns[drawn] += 1
        closest = np.minimum(state["closest"], waited[drawn].min(initial=-LONG_AGO))
        assert self.pretended or closest[0] >= self.dp["separation"], "a user was drawn too soon"
        return drawn, {**state, "last": last, "turns": turns, "closest": closest}

    def norm(self, state: Arrays) -> float:
        """Return the clip norm."""
        del state
        return float(self.dp["clip"])

    def release(self, total: Vector, stats: Stats, key: bytes, state: Arrays) -> tuple[Vector, Arrays]:
        """Return the noised mean of a sum of clipped updates."""
        del stats
        done = state["done"]
        unit, noise = self.correlated.next(int(done[0]), total.size, key, state)
        deviation = self.dp["noise"] * self.dp["clip"] * (self.drawn / self.cohort)
        kept = {name: state[name] for name in ("series", "last", "turns", "closest")}
        return (total + deviation * unit) / self.drawn, {"done": done + 1, **kept, **noise}

    def event(self, rounds: int) -> Event:
        """Return what the first so many rounds spend, as the accountant counts it."""
        return event(self.dp, rounds)


def measured(state: Arrays) -> dict[str, int | None]:
    """Return how soon a user really came again, None where nobody did, and how often the most frequent one took part.

    >>> measured({"turns": np.array([2, 1]), "closest": np.array([30])})
    {'separation': 30, 'max_participation': 2}
    """
    closest = int(state["closest"][0])
    return {"separation": closest if closest < 2**39 else None, "max_participation": int(state["turns"].max(initial=0))}
