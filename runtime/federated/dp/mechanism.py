"""What a mechanism of federated learning is: who takes part, how long an update may be, what is released, what that costs.

A round goes `sample`, then every device clips its update by `norm`, then `release`. What a mechanism
remembers between rounds are named arrays, written with the model and restored bit for bit: a kill may
neither show the same noise twice nor forget who took part.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from synthc.compiler.graph.accounting import Event

Vector = NDArray[np.float64]
Indices = NDArray[np.int64]
Arrays = Mapping[str, NDArray[Any]]
Stats = Mapping[str, float]
"""What is summed beside the updates, by the names of `STATS`."""


class Mechanism(Protocol):
    """One mechanism over the users that were found; users are indices from 0."""

    def begin(self, size: int) -> Arrays:
        """Return what it remembers before the first round of a model of `size` numbers."""
        ...

    def sample(self, round_: int, key: bytes, state: Arrays) -> tuple[Indices, Arrays]:
        """Return who takes part in a round counted from 0, ascending, and what it remembers then; the same key gives the same users."""
        ...

    def norm(self, state: Arrays) -> float:
        """Return the L2 norm to which each update of this round is clipped; infinite where none is."""
        ...

    def release(self, total: Vector, stats: Stats, key: bytes, state: Arrays) -> tuple[Vector, Arrays]:
        """Return the mean that the server learns of a sum of clipped updates, and what the mechanism remembers then.

        `state` is what `sample` returned. Whoever was drawn and did not answer counts as zero: the
        divisor is fixed in advance.
        """
        ...

    def event(self, rounds: int) -> Event | None:
        """Return what the first so many rounds spend, as the accountant counts it; None where nothing is promised."""
        ...


def drawn_users(settings: Mapping[str, Any], users: int) -> int:
    """Return how many of the users found stand in for a cohort of the pretended population, all by default."""
    return int(settings["draw"] or users)
