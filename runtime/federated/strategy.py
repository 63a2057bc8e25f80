"""The Flower strategy: draw a cohort, spread it over the nodes, add up, add noise, take a step.

Flower carries the messages. Its wrappers for differential privacy are not used: in 1.41 adaptive
clipping moves the wrong way, means are weighted by what clients claim, and updates that are not
finite pass through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from flwr.app import ArrayRecord, ConfigRecord, Message, MetricRecord
from flwr.serverapp import Grid
from numpy.typing import NDArray

from synthc.runtime.errors import OutsideFault
from synthc.runtime.federated.absence import Absence
from synthc.runtime.federated.device import STATS
from synthc.runtime.federated.dp.mechanism import Arrays, Mechanism
from synthc.runtime.federated.grid import NearGrid, message_to
from synthc.runtime.federated.messages import Done, Task
from synthc.runtime.federated.rounds import Charge, Keys, Rounds, State
from synthc.runtime.federated.server import step
from synthc.runtime.federated.training_only import TrainingOnly


@dataclass(kw_only=True)
class PrivateFedAvg(TrainingOnly):
    """FedAvg and its kin over a mechanism; `server` are the settings of the server's step.

    `sizes_U` are the words of each user, by which chunks are balanced, and `absence` says whose
    update does not arrive; `rounds` keeps what must survive, `charge` notes what a round spends,
    `told` hears how many are done.
    """

    mechanism: Mechanism
    rounds: Rounds
    sizes_U: NDArray[np.int64]  # noqa: N815
    state: State
    absence: Absence
    server: Mapping[str, Any]
    seed: int
    charge: Charge
    told: Callable[[int], None]
    _keys: Keys | None = None
    _drawn: Arrays | None = None
    _totals: NDArray[np.float64] | None = None

    def configure_train(self, server_round: int, arrays: ArrayRecord, config: ConfigRecord, grid: Grid) -> Iterable[Message]:
        """Send each node its chunk of a cohort drawn under a fresh secret key."""
        del arrays, config
        self._keys = self.rounds.begin(self.state)
        cohort, self._drawn = self.mechanism.sample(self.state.round, self._keys.cohort, self.state.mechanism)
        norm = self.mechanism.norm(self._drawn)
        nodes = sorted(grid.get_node_ids())
        weights = self._lend(grid)
        messages = []
        for node, chunk in zip(nodes, balanced(self.absence.present(cohort, self.state.round), self.sizes_U, len(nodes)), strict=True):
            task = Task(weights=weights, users=chunk, norm=norm, round=self.state.round, seed=self.seed)
            messages.append(message_to(grid, node, task.record(), str(server_round)))
        return messages

    def aggregate_train(self, server_round: int, replies: Iterable[Message]) -> tuple[ArrayRecord | None, MetricRecord | None]:
        """Add up the chunks, add noise, take the server's step and write the round.

        The model stays here: Flower keeps what is returned, and would pack it for nobody.
        """
        del server_round
        assert self._keys is not None
        assert self._drawn is not None
        by_node = sorted(replies, key=lambda reply: reply.metadata.src_node_id)
        assert len({reply.metadata.src_node_id for reply in by_node}) == len(by_node), "a chunk that is counted twice is twice as long as the noise hides"
        done = [Done.read(_answer(reply).content) for reply in by_node]
        stats = np.sum([d.stats for d in done], axis=0)
        told = dict(zip(STATS, stats.tolist(), strict=True))
        mean, mechanism = self.mechanism.release(self._total(done), told, self._keys.noise, self._drawn)
        weights, server = step(self.server, self.state.weights, mean, self.state.server)
        self.state = State(round=self.state.round + 1, weights=weights, server=server, mechanism=mechanism)
        self.rounds.write(self.state, stats, self.charge)
        self._keys = self._drawn = None
        self.told(self.state.round)
        return None, None

    def _lend(self, grid: Grid) -> NDArray[np.float32] | None:
        """Return the model for a message, None where it was put into memory that the workers see."""
        if not isinstance(grid, NearGrid) or grid.weights is None:
            return self.state.weights
        grid.weights[:] = self.state.weights
        self._totals = grid.totals
        return None

    def _total(self, done: Sequence[Done]) -> NDArray[np.float64]:
        """Return the sum of all chunks, in the order of the nodes; a worker begins each of its own anew."""
        total, *parts = [np.array(d.total) for d in done if d.total is not None] if self._totals is None else list(self._totals)
        for part in parts:
            total += part
        return total


def _answer(reply: Message) -> Message:
    """Return a reply, or raise where a node failed: a sum without it would be another cohort's."""
    if reply.has_error():
        raise OutsideFault("a worker of the federation failed; the same command continues it")
    return reply


def balanced(cohort: NDArray[np.int64], sizes: NDArray[np.int64], chunks: int) -> list[NDArray[np.int64]]:
    """Spread users over chunks, the longest first to the lightest; the same cohort gives the same chunks."""
    loads, spread = [0] * chunks, [list[int]() for _ in range(chunks)]
    for user in sorted(cohort.tolist(), key=lambda u: (-int(sizes[u]), u)):
        lightest = loads.index(min(loads))
        spread[lightest].append(user)
        loads[lightest] += int(sizes[user]) + 1
    return [np.array(sorted(users), np.int64) for users in spread]
