"""Who takes part in a round: everybody by a coin of their own, or a fixed number of those who have waited long enough."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from synthc.runtime.federated.dp.keystream import uniform
from synthc.runtime.federated.dp.mechanism import Indices


def poisson(users: int, coin: float, key: bytes) -> Indices:
    """Return the indices of the users whose own coin fell."""
    return np.flatnonzero(uniform(key, users) < coin)


def lot(free: NDArray[np.bool_], cohort: int, key: bytes) -> Indices:
    """Return at most `cohort` of the users who are free, drawn by lot, ascending."""
    lots = np.where(free, uniform(key, len(free)), 2.0)
    first = np.argsort(lots, kind="stable")[: min(cohort, int(free.sum()))]
    return np.sort(first)
