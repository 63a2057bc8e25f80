"""The strategy of an exported app: one device one user, and a bounded number of rounds for each."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from flwr.app import ArrayRecord, ConfigRecord, Message, MetricRecord
from flwr.serverapp import Grid

from synthc.runtime.federated.deployed.book import Book
from synthc.runtime.federated.deployed.terms import Terms
from synthc.runtime.federated.device import STATS, add_clipped
from synthc.runtime.federated.dp.gaussian import Gaussian
from synthc.runtime.federated.grid import message_to
from synthc.runtime.federated.messages import Done, Task
from synthc.runtime.federated.rounds import Keys, Rounds, State
from synthc.runtime.federated.server import step
from synthc.runtime.federated.training_only import TrainingOnly

SECONDS_BETWEEN_LOOKS = 0.5


@dataclass(kw_only=True)
class Deployed(TrainingOnly):
    """Rounds over the devices that are there: `least` have to be, and `cohort` of them are asked.

    The sum is divided by the planned cohort, whoever answers; each update is clipped here once more,
    for a device is not believed.
    """

    terms: Terms
    book: Book
    rounds: Rounds
    state: State
    least: int
    _keys: Keys | None = None

    @property
    def mechanism(self) -> Gaussian:
        """The mechanism at q = 1: everybody who takes part is known to."""
        cohort = self.terms.cohort
        return Gaussian(users=cohort, clip=self.terms.clip, noise=self.terms.noise, sampling=1.0, cohort=cohort, coin=1.0, drawn=cohort)

    def configure_train(self, server_round: int, arrays: ArrayRecord, config: ConfigRecord, grid: Grid) -> Iterable[Message]:
        """Send the model to a cohort, noted before it is asked."""
        del arrays, config
        self._keys = self.rounds.begin(self.state, self.book.charge)
        there = self._waited(grid)
        may = self.book.may(there)
        asked = random.SystemRandom().sample(may, min(len(may), self.terms.cohort))
        self.book.take(asked, self.state.round)
        task = Task(weights=self.state.weights, users=np.zeros(1, np.int64), norm=self.terms.clip, round=self.state.round, seed=0)
        return [message_to(grid, node, task.record(), str(server_round)) for node in asked]

    def aggregate_train(self, server_round: int, replies: Iterable[Message]) -> tuple[ArrayRecord | None, MetricRecord | None]:
        """Add up what arrived, add noise, take the server's step and write the round; who failed counts as zero."""
        del server_round
        assert self._keys is not None
        total = torch.zeros(len(self.state.weights), dtype=torch.float64)
        by_node = {reply.metadata.src_node_id: reply for reply in replies}  # a device that answers twice is one device
        for _, reply in sorted(by_node.items()):
            update = None if reply.has_error() else Done.read(reply.content).total
            if update is not None and update.shape == self.state.weights.shape:
                add_clipped(total, torch.from_numpy(update.astype(np.float64)), self.terms.clip)
        stats = np.zeros(len(STATS))
        mean, mechanism = self.mechanism.release(total.numpy(), dict(zip(STATS, stats.tolist(), strict=True)), self._keys.noise, self.state.mechanism)
        weights, server = step(self.terms.server, self.state.weights, mean, self.state.server)
        self.state = State(round=self.state.round + 1, weights=weights, server=server, mechanism=mechanism)
        self.rounds.write(self.state, stats)
        self._keys = None
        return None, None

    def _waited(self, grid: Grid) -> list[int]:
        while len(there := sorted(grid.get_node_ids())) < self.least:
            time.sleep(SECONDS_BETWEEN_LOOKS)
        return there
