"""Canaries in the space of updates: each pulls a direction of its own as hard as it may.

What is released is audited without any training in between: clipping, adding up, sampling and noise
are the engine's own, only what a user sends is made up.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from flwr.app import ArrayRecord
from numpy.typing import NDArray

from synthc.runtime.federated.absence import Absence
from synthc.runtime.federated.client import client_app
from synthc.runtime.federated.device import STATS, add_clipped
from synthc.runtime.federated.dp.mechanism import Mechanism
from synthc.runtime.federated.grid import LocalGrid, NearGrid
from synthc.runtime.federated.rounds import Rounds, State
from synthc.runtime.federated.strategy import PrivateFedAvg

HARD = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Directions:
    """Stands for a device: user i pulls along axis `axes[i]` of a model of `size` numbers, and obeys its clip norm or not."""

    axes: NDArray[np.int64]
    size: int
    clips: bool = True

    def clipped_sum(self, start: NDArray[np.float32], users: NDArray[np.int64], *, norm: float, **_: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the sum of the clipped pulls."""
        assert len(start) == self.size
        total = np.zeros(self.size)
        for user in users:
            axis = self.axes[user]
            add_clipped(torch.from_numpy(total[axis : axis + 1]), torch.tensor([HARD]), norm if self.clips else np.inf)
        return total, np.array([float(len(users)), *[0.0] * (len(STATS) - 1)])


def pulled(folder: Path, mechanism: Mechanism, axes: NDArray[np.int64], size: int, rounds: int, *, clips: bool = True) -> NDArray[np.float64]:
    """Return how far each direction was pulled over all rounds of a federation."""
    app = client_app(Directions(axes=axes, size=size, clips=clips))  # type: ignore[arg-type]
    return federated(folder, mechanism, LocalGrid(app, 1), np.zeros(size, np.float32), sizes=np.ones(len(axes), np.int64), rounds=rounds).astype(np.float64)


def federated(folder: Path, mechanism: Mechanism, grid: NearGrid, start: NDArray[np.float32], *, sizes: NDArray[np.int64], rounds: int) -> NDArray[np.float32]:
    """Return the weights behind a federation with plain averaging, its noise from the system's entropy."""
    folder.mkdir(parents=True, exist_ok=True)
    run = PrivateFedAvg(
        mechanism=mechanism,
        rounds=Rounds(folder=folder, log=folder / "rounds.jsonl", test_noise=None),
        sizes_U=sizes,
        absence=Absence(dropout=0.0, goal=None, seed=0, numbers_U=np.arange(len(sizes), dtype=np.uint64), sizes_U=sizes),
        state=State(round=0, weights=start, server={}, mechanism=mechanism.begin(len(start))),
        server={"kind": "sgd", "learning_rate": 1.0, "momentum": 0.0},
        seed=0,
        charge=lambda *_: None,
        told=lambda _: None,
    )
    run.start(grid, ArrayRecord(), num_rounds=rounds)
    return run.state.weights
