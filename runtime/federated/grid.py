"""Flower grids without servers, for nodes that are near; the one in this process.

Nodes are numbered from 1; each takes one message a round. The one place that makes messages with
metadata of their own, which in Flower 1.41 a running SuperLink would otherwise set.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

import numpy as np
from flwr.app import Context, Message, RecordDict
from flwr.app.metadata import Metadata
from flwr.clientapp import ClientApp
from flwr.serverapp import Grid
from numpy.typing import NDArray

RUN = 1
LIFETIME = 24 * 3600.0


class NearGrid(Grid):
    """What near grids share: messages to numbered nodes, answered in one exchange.

    Models and sums travel in `weights` and `totals`, a row a node, where workers see the same memory.
    """

    weights: NDArray[np.float32] | None = None
    totals: NDArray[np.float64] | None = None

    def __init__(self, nodes: int) -> None:
        """Take the number of nodes."""
        self.nodes = nodes

    def close(self) -> None:
        """Let go of what answers."""

    def set_run(self, run: Any) -> None:
        """Have only one run."""

    @property
    def run(self) -> Any:
        """No run of a SuperLink."""
        return None

    def get_node_ids(self) -> list[int]:
        """Return the numbers of the nodes."""
        return list(range(1, self.nodes + 1))

    def create_message(self, content: RecordDict, message_type: str, dst_node_id: int, group_id: str, ttl: float | None = None) -> Message:
        """Return a message to a node."""
        name = f"{group_id}.{dst_node_id}"
        metadata = Metadata(
            run_id=RUN,
            message_id=name,
            src_node_id=0,
            dst_node_id=dst_node_id,
            reply_to_message_id="",
            group_id=group_id,
            created_at=time.time(),
            ttl=ttl or LIFETIME,
            message_type=message_type,
        )
        return Message(content, metadata=metadata)

    def push_messages(self, messages: Iterable[Message]) -> list[str]:
        """Refuse: messages are sent and received in one exchange."""
        raise AssertionError(f"send_and_receive is the one way here: {messages}")

    def pull_messages(self, message_ids: Iterable[str]) -> list[Message]:
        """Refuse: messages are sent and received in one exchange."""
        raise AssertionError(f"send_and_receive is the one way here: {message_ids}")


class LocalGrid(NearGrid):
    """Nodes in this process, one after the other."""

    def __init__(self, app: ClientApp, nodes: int) -> None:
        """Take the app that answers."""
        super().__init__(nodes)
        self.app = app

    def send_and_receive(self, messages: Iterable[Message], *, timeout: float | None = None) -> list[Message]:
        """Answer each message."""
        del timeout
        return [self.app(message, context_of(message.metadata.dst_node_id)) for message in messages]


def message_to(grid: Grid, node: int, content: RecordDict, group: str) -> Message:
    """Return a message that asks a node to train."""
    return grid.create_message(content, "train", node, group) if isinstance(grid, NearGrid) else Message(content, node, "train", group_id=group)


def context_of(node: int) -> Context:
    """Return the context of a near node."""
    return Context(run_id=RUN, node_id=node, node_config={}, state=RecordDict(), run_config={})
