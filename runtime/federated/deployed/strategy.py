"""The strategy of an exported app: one device one user, and a bounded number of rounds for each, far enough apart."""

from __future__ import annotations

import json
import logging
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import torch
from flwr.app import ArrayRecord, ConfigRecord, Message, MetricRecord
from flwr.serverapp import Grid

from synthc.runtime.federated.deployed.book import Book
from synthc.runtime.federated.deployed.terms import Terms
from synthc.runtime.federated.device import add_clipped
from synthc.runtime.federated.dp.mechanism import Mechanism
from synthc.runtime.federated.grid import message_to
from synthc.runtime.federated.messages import Done, Task
from synthc.runtime.federated.rounds import Keys, Rounds, State
from synthc.runtime.federated.server import step
from synthc.runtime.federated.training_only import TrainingOnly

LOG = logging.getLogger("flwr")
SECONDS_BETWEEN_LOOKS = 0.5
LONGEST_REASON = 300
TOLD = ("users", "clipped")
"""What a server counts beside the sum: who answered, and, where the clip norm adapts, whose update did not fit."""


@dataclass(kw_only=True)
class Deployed(TrainingOnly):
    """Rounds over the devices that are there: `least` that may join have to be, and `cohort` of them are asked.

    The sum is divided by the planned cohort, whoever answers; each update is clipped here once more,
    for a device is not believed.
    """

    terms: Terms
    book: Book
    rounds: Rounds
    state: State
    least: int
    mechanism: Mechanism
    _keys: Keys | None = None
    _asked: set[int] = field(default_factory=set)

    def configure_train(self, server_round: int, arrays: ArrayRecord, config: ConfigRecord, grid: Grid) -> Iterable[Message]:
        """Send the model to a cohort, noted before it is asked."""
        del arrays, config
        may = self._waited(grid)
        self._keys = self.rounds.begin(self.state)
        self.book.charge(self._keys.charge, self.state.round)
        asked = self.book.first(may, self.state.round)[: self.terms.cohort]
        self.book.take(asked, self.state.round)
        self._asked = set(asked)
        norm = self.mechanism.norm(self.state.mechanism)
        task = Task(weights=self.state.weights, users=np.zeros(1, np.int64), norm=norm, round=self.state.round, seed=0)
        return [message_to(grid, node, task.record(), str(server_round)) for node in asked]

    def aggregate_train(self, server_round: int, replies: Iterable[Message]) -> tuple[ArrayRecord | None, MetricRecord | None]:
        """Add up what arrived, add noise, take the server's step and write the round; who failed counts as zero."""
        del server_round
        assert self._keys is not None
        norm = self.mechanism.norm(self.state.mechanism)
        by_node = {node: reply for reply in replies if (node := reply.metadata.src_node_id) in self._asked}  # one device is one, also where it answers twice
        total, told, failed = torch.zeros(len(self.state.weights), dtype=torch.float64), np.zeros(len(TOLD)), Counter[str]()
        for _, reply in sorted(by_node.items()):
            answer = self._answer(reply)
            if isinstance(answer, str):
                failed[answer] += 1
            else:
                add_clipped(total, answer[0], norm)
                told += (1, answer[1])
        mean, mechanism = self.mechanism.release(total.numpy(), dict(zip(TOLD, told.tolist(), strict=True)), self._keys.noise, self.state.mechanism)
        weights, server = step(self.terms.server, self.state.weights, mean, self.state.server)
        self.state = State(round=self.state.round + 1, weights=weights, server=server, mechanism=mechanism)
        self.rounds.write(self.state, told[: len(self.rounds.names)])
        (self.rounds.folder / "privacy.json").write_text(json.dumps(self.book.document(self.state.round), indent=1) + "\n", encoding="utf-8")
        self._say(int(told[0]), failed)
        self._keys = None
        return None, None

    def _answer(self, reply: Message) -> tuple[torch.Tensor, bool] | str:
        """Return the update of a device and whether it says that this was clipped, or why it counts as zero.

        The second is one bit, whatever number was sent: it moves the count by half a user and no more.
        """
        if reply.has_error():
            said = "".join(letter for letter in reply.error.reason or "it failed" if letter.isprintable())
            return said[:LONGEST_REASON]
        try:
            done = Done.read(reply.content)
            update, clipped = np.asarray(done.total, np.float64), bool(done.stats.reshape(-1)[0] > 0)
        except Exception:  # noqa: BLE001 - a device may send anything at all
            return "its answer cannot be read"
        return (torch.from_numpy(update), clipped) if update.shape == self.state.weights.shape else "its answer is of another shape than the model"

    def _say(self, answered: int, failed: Counter[str]) -> None:
        missing = len(self._asked) - answered - failed.total()
        LOG.info("Round %s of %s: %s of %s devices that were asked took part", self.state.round, self.terms.rounds, answered, len(self._asked))
        for reason, count in failed.most_common():
            LOG.warning("%s of them counts as zero: %s" if count == 1 else "%s of them count as zero: %s", count, reason)
        if missing:
            LOG.warning("%s did not answer in time and count as zero", missing)

    def _waited(self, grid: Grid) -> list[int]:
        """Return who is there and may join, when they are enough; a round of nobody would be noise alone."""
        said = ""
        while len(may := self.book.may(there := sorted(grid.get_node_ids()), self.state.round)) < self.least:
            why = f"Round {self.state.round + 1} of {self.terms.rounds} waits for {self.least} devices that may join it: {len(there)} are there, and {len(may)} may"
            if said != (said := why):
                LOG.info("%s; each joins %s, and `least-devices` says how many have to be there", why, self.terms.turns())
            time.sleep(SECONDS_BETWEEN_LOOKS)
        return may

