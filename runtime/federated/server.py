"""What the server does with the mean of a round: one step of its optimiser, the mean as the gradient.

FedAvg is `sgd(1.0)`. FedAvgM (Hsu et al. 2019, arXiv 1909.06335) is `sgd(..., momentum)`: v = momentum x v + mean and
w = w + rate x v. FedAdam (Reddi et al. 2021, arXiv 2003.00295, algorithm 2) is `adam(...)`: m = beta1 x m + (1 - beta1) x mean,
v = beta2 x v + (1 - beta2) x mean^2 and w = w + rate x m / (sqrt(v) + tau), from m = 0 and v = tau^2, without the corrections
of bias that Flower adds. The mean is noised before it comes here, so that no step spends anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Kept = Mapping[str, NDArray[np.float32]]
"""What an optimiser keeps between rounds, each flat and as long as the model."""


def beginning(settings: Mapping[str, Any], size: int) -> Kept:
    """Return what the server's optimiser of a federate node starts from."""
    if settings["kind"] == "adam":
        return {"m": np.zeros(size, np.float32), "v": np.full(size, settings["tau"] ** 2, np.float32)}
    return {"velocity": np.zeros(size, np.float32)} if settings["momentum"] else {}


def step(settings: Mapping[str, Any], weights: NDArray[np.float32], mean: NDArray[np.float64], kept: Kept) -> tuple[NDArray[np.float32], Kept]:
    """Return the weights behind a round, and what the optimiser keeps.

    >>> step({"kind": "sgd", "learning_rate": 0.5, "momentum": 0.0}, np.ones(1, np.float32), np.full(1, 2.0), {})[0].item()
    2.0
    """
    rate = settings["learning_rate"]
    if settings["kind"] == "adam":
        first, second = settings["betas"]
        m = first * kept["m"] + (1 - first) * mean
        v = second * kept["v"] + (1 - second) * mean**2
        return _single(weights + rate * m / (np.sqrt(v) + settings["tau"])), {"m": _single(m), "v": _single(v)}
    if not settings["momentum"]:
        return _single(weights + rate * mean), {}
    velocity = settings["momentum"] * kept["velocity"] + mean
    return _single(weights + rate * velocity), {"velocity": _single(velocity)}


def _single(found: NDArray[np.float64]) -> NDArray[np.float32]:
    return found.astype(np.float32)
