"""`dp = none`: the same rounds without clipping and without noise; what comes out is private."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from synthc.runtime.federated.dp.mechanism import Arrays, Indices, Stats, Vector, drawn_users
from synthc.runtime.federated.dp.sampling import poisson


@dataclass(frozen=True, slots=True, kw_only=True)
class NoMechanism:
    """`coin` is each user's chance in a round, `drawn` the expected number of users."""

    users: int
    coin: float
    drawn: float

    @classmethod
    def of(cls, settings: Mapping[str, Any], users: int) -> NoMechanism:
        """Return the sampling of a federate node over the users that were found."""
        wanted = drawn_users(settings, users) if settings["population_is"] == "simulated" else settings["cohort"]
        coin = min(1.0, wanted / users)
        return cls(users=users, coin=coin, drawn=coin * users)

    def begin(self, size: int) -> Arrays:
        """Remember nothing."""
        del size
        return {}

    def sample(self, round_: int, key: bytes, state: Arrays) -> tuple[Indices, Arrays]:
        """Return the users whose coin fell."""
        del round_
        return poisson(self.users, self.coin, key), state

    def norm(self, state: Arrays) -> float:
        """Clip nothing."""
        del state
        return float("inf")

    def release(self, total: Vector, stats: Stats, key: bytes, state: Arrays) -> tuple[Vector, Arrays]:
        """Return the plain mean."""
        del stats, key
        return total / self.drawn, state

    def event(self, rounds: int) -> None:
        """Promise nothing."""
        del rounds
