"""Flower grids without servers: in this process, or over a pool of worker processes.

Nodes are numbered from 1; each takes one message a round. The one place that makes messages with
metadata of their own, which in Flower 1.41 a running SuperLink would otherwise set.
"""

from __future__ import annotations

import multiprocessing
import pickle
import time
from collections.abc import Callable, Iterable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from flwr.app import Context, Message, RecordDict
from flwr.app.metadata import Metadata
from flwr.clientapp import ClientApp
from flwr.serverapp import Grid

from synthc.runtime.errors import OutsideFault

RUN = 1
LIFETIME = 24 * 3600.0


class NearGrid(Grid):
    """What both grids share: messages to numbered nodes, answered in one exchange."""

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
        return [self.app(message, _context(message.metadata.dst_node_id)) for message in messages]


class PoolGrid(NearGrid):
    """Nodes in processes of their own, which keep their model and their users between rounds."""

    def __init__(self, make: Callable[[], ClientApp], nodes: int, alive: Callable[[], None]) -> None:
        """Start the workers; `make` builds the app in each, `alive` is called while waiting and may raise."""
        super().__init__(nodes)
        self.alive = alive
        spawn = multiprocessing.get_context("spawn")
        self.workers: list[tuple[BaseProcess, Connection]] = []
        for node in self.get_node_ids():
            ours, theirs = spawn.Pipe()
            worker = spawn.Process(target=_serve, args=(make, node, theirs), daemon=True)
            worker.start()
            theirs.close()
            self.workers.append((worker, ours))

    def send_and_receive(self, messages: Iterable[Message], *, timeout: float | None = None) -> list[Message]:
        """Send each node its message and gather the replies."""
        del timeout
        asked = []
        for message in messages:
            pipe = self.workers[message.metadata.dst_node_id - 1][1]
            self._sent(pipe, message)
            asked.append(pipe)
        return [self._received(pipe) for pipe in asked]

    def close(self) -> None:
        """Stop the workers."""
        for worker, pipe in self.workers:
            pipe.close()
            worker.terminate()
            worker.join()

    def _sent(self, pipe: Connection, message: Message) -> None:
        try:
            pipe.send_bytes(pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL))
        except OSError:
            raise _gone() from None

    def _received(self, pipe: Connection) -> Message:
        try:
            while not pipe.poll(0.2):
                self.alive()
            message: Message = pickle.loads(pipe.recv_bytes())  # noqa: S301, our own worker wrote it
        except (EOFError, OSError):
            raise _gone() from None
        return message


def _gone() -> OutsideFault:
    return OutsideFault("a worker of the federation was stopped from outside; the same command continues it")


def _serve(make: Callable[[], ClientApp], node: int, pipe: Connection) -> None:
    """Answer messages until the other side closes."""
    import signal

    from synthc.runtime.orphan import exit_with_parent

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    exit_with_parent()
    app, context = make(), _context(node)
    while True:
        try:
            message = pickle.loads(pipe.recv_bytes())  # noqa: S301, our own server wrote it
        except EOFError:
            return
        pipe.send_bytes(pickle.dumps(app(message, context), protocol=pickle.HIGHEST_PROTOCOL))


def _context(node: int) -> Context:
    return Context(run_id=RUN, node_id=node, node_config={}, state=RecordDict(), run_config={})
