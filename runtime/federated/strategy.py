"""The Flower strategy: draw a cohort, spread it over the nodes, add up, add noise, take a step.

Flower carries the messages. Its wrappers for differential privacy are not used: in 1.41 adaptive
clipping moves the wrong way, means are weighted by what clients claim, and updates that are not
finite pass through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from flwr.app import ArrayRecord, ConfigRecord, Message, MetricRecord
from flwr.serverapp import Grid
from flwr.serverapp.strategy import Strategy
from numpy.typing import NDArray

from synthc.runtime.federated.device import STATS
from synthc.runtime.federated.dp.mechanism import Arrays, Mechanism
from synthc.runtime.federated.messages import Done, Task
from synthc.runtime.federated.rounds import Keys, Rounds, State


@dataclass(kw_only=True)
class PrivateFedAvg(Strategy):
    """FedAvg, with momentum if wanted, over a mechanism.

    `sizes_U` are the words of each user, by which chunks are balanced; `rounds` keeps what must
    survive, `charge` notes what a round spends, `told` hears how many are done.
    """

    mechanism: Mechanism
    rounds: Rounds
    sizes_U: NDArray[np.int64]  # noqa: N815
    state: State
    learning_rate: float
    momentum: float
    seed: int
    charge: Callable[[str, int], None]
    told: Callable[[int], None]
    _keys: Keys | None = None
    _drawn: Arrays | None = None

    def configure_train(self, server_round: int, arrays: ArrayRecord, config: ConfigRecord, grid: Grid) -> Iterable[Message]:
        """Send each node its chunk of a cohort drawn under a fresh secret key."""
        del arrays, config
        self._keys = self.rounds.begin(self.state, self.charge)
        cohort, self._drawn = self.mechanism.sample(self.state.round, self._keys.cohort, self.state.mechanism)
        norm = self.mechanism.norm(self._drawn)
        nodes = list(grid.get_node_ids())
        weights = self.state.weights.astype(np.float32)
        messages = []
        for node, chunk in zip(nodes, balanced(cohort, self.sizes_U, len(nodes)), strict=True):
            task = Task(weights=weights, users=chunk, norm=norm, round=self.state.round, seed=self.seed)
            messages.append(grid.create_message(task.record(), "train", node, str(server_round)))
        return messages

    def aggregate_train(self, server_round: int, replies: Iterable[Message]) -> tuple[ArrayRecord | None, MetricRecord | None]:
        """Add up the chunks, add noise, take the server's step and write the round."""
        del server_round
        assert self._keys is not None
        assert self._drawn is not None
        by_node = sorted(replies, key=lambda reply: reply.metadata.src_node_id)
        done = [Done.read(reply.content) for reply in by_node]
        stats = np.sum([d.stats for d in done], axis=0)
        told = dict(zip(STATS, stats.tolist(), strict=True))
        mean, mechanism = self.mechanism.release(np.sum([d.total for d in done], axis=0), told, self._keys.noise, self._drawn)
        velocity = self.momentum * self.state.server["velocity"] + mean
        weights = self.state.weights + self.learning_rate * velocity
        server = {"velocity": velocity.astype(np.float32)}
        self.state = State(round=self.state.round + 1, weights=weights.astype(np.float32), server=server, mechanism=mechanism)
        self.rounds.write(self.state, stats)
        self._keys = self._drawn = None
        self.told(self.state.round)
        return ArrayRecord([self.state.weights]), None

    def configure_evaluate(self, server_round: int, arrays: ArrayRecord, config: ConfigRecord, grid: Grid) -> Iterable[Message]:
        """Ask nobody: judging on devices would be a release of its own."""
        del server_round, arrays, config, grid
        return []

    def aggregate_evaluate(self, server_round: int, replies: Iterable[Message]) -> MetricRecord | None:
        """Return nothing."""
        del server_round, replies
        return None

    def summary(self) -> None:
        """Say nothing; the plan and the report do."""


def balanced(cohort: NDArray[np.int64], sizes: NDArray[np.int64], chunks: int) -> list[NDArray[np.int64]]:
    """Spread users over chunks, the longest first to the lightest; the same cohort gives the same chunks."""
    loads, spread = [0] * chunks, [list[int]() for _ in range(chunks)]
    for user in sorted(cohort.tolist(), key=lambda u: (-int(sizes[u]), u)):
        lightest = loads.index(min(loads))
        spread[lightest].append(user)
        loads[lightest] += int(sizes[user]) + 1
    return [np.array(sorted(users), np.int64) for users in spread]
