"""Who takes part in a round."""

from __future__ import annotations

import numpy as np

from synthc.runtime.federated.dp.keystream import uniform
from synthc.runtime.federated.dp.mechanism import Indices


def poisson(users: int, coin: float, key: bytes) -> Indices:
    """Return the indices of the users whose own coin fell."""
    return np.flatnonzero(uniform(key, users) < coin)
