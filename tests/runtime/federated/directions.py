"""Canaries in the space of updates: each pulls a direction of its own as hard as it may.

What is released is audited without any training in between: clipping, adding up, sampling and noise
are the engine's own, only what a user sends is made up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from flwr.app import ArrayRecord
from numpy.typing import NDArray

from synthc.compiler.graph.accounting import Event
from synthc.runtime.federated.absence import Absence
from synthc.runtime.federated.client import client_app
from synthc.runtime.federated.device import STATS, add_clipped
from synthc.runtime.federated.dp.mechanism import Arrays, Mechanism, Stats
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A mechanism, and what the server learns of each round: the mean that is released and the norm that updates were clipped to."""

    of: Mechanism
    means: list[NDArray[np.float64]] = field(default_factory=list)
    norms: list[float] = field(default_factory=list)

    def begin(self, size: int) -> Arrays:
        """Begin as the mechanism does."""
        return self.of.begin(size)

    def sample(self, round_: int, key: bytes, state: Arrays) -> tuple[NDArray[np.int64], Arrays]:
        """Draw as the mechanism does."""
        return self.of.sample(round_, key, state)

    def norm(self, state: Arrays) -> float:
        """Clip as the mechanism does."""
        return self.of.norm(state)

    def release(self, total: NDArray[np.float64], stats: Stats, key: bytes, state: Arrays) -> tuple[NDArray[np.float64], Arrays]:
        """Release what the mechanism does, and listen."""
        self.norms.append(self.of.norm(state))
        mean, after = self.of.release(total, stats, key, state)
        self.means.append(mean.copy())
        return mean, after

    def event(self, rounds: int) -> Event | None:
        """Count as the mechanism does."""
        return self.of.event(rounds)


def pulled(folder: Path, mechanism: Mechanism, axes: NDArray[np.int64], size: int, rounds: int, *, clips: bool = True, apart: int = 1, test_noise: int | None = None) -> NDArray[np.float64]:
    """Return how surely each direction was pulled in a federation whose users come every `apart` rounds.

    The auditor knows in which rounds a canary takes part, by how much it moves the sum, and how the noise of rounds hangs
    together: the matched filter, by the covariance of what was released.
    """
    of = Heard(of=mechanism)
    app = client_app(Directions(axes=axes, size=size, clips=clips))  # type: ignore[arg-type]
    federated(folder, of, LocalGrid(app, 1), np.zeros(size, np.float32), sizes=np.ones(len(axes), np.int64), rounds=rounds, test_noise=test_noise)
    means_RD, norms_R = np.array(of.means), np.where(np.isfinite(of.norms), of.norms, 1.0)  # noqa: N806
    signal = np.where(np.arange(rounds) % apart == 0, norms_R, 0.0)
    scales = means_RD.std(axis=1)
    scaled = means_RD / scales[:, None]
    filtered: NDArray[np.float64] = np.linalg.pinv(np.cov(scaled).reshape(rounds, rounds), rcond=1e-6) @ (signal / scales) @ scaled
    return filtered


def federated(folder: Path, mechanism: Mechanism, grid: NearGrid, start: NDArray[np.float32], *, sizes: NDArray[np.int64], rounds: int, test_noise: int | None = None) -> NDArray[np.float32]:
    """Return the weights behind a federation with plain averaging, its noise from the system's entropy or from a seed."""
    folder.mkdir(parents=True, exist_ok=True)
    run = PrivateFedAvg(
        mechanism=mechanism,
        rounds=Rounds(folder=folder, log=folder / "rounds.jsonl", test_noise=test_noise),
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
