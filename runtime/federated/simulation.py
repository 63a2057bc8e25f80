"""Flower's own simulation on Ray: one node an actor, many users a message.

A node a user would be what Flower's examples do, and two to five times slower. What an actor keeps
between messages it keeps beside the app, which Flower packs and sends again with every message.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from flwr.app import Context, Message, RecordDict
from flwr.clientapp import ClientApp
from flwr.serverapp import Grid, ServerApp

from synthc.runtime.engines.ray import require_ray
from synthc.runtime.errors import OutsideFault, hushed
from synthc.runtime.federated.grid import NearGrid

QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0", "RAY_DEDUP_LOGS": "0"}
SECONDS_BETWEEN_LOOKS = 0.01
LONGEST_FOLDER = 40
"""Letters that Ray's sockets leave, whose paths may have 107."""


class WatchedGrid(NearGrid):
    """The grid of a simulation, watched while it is waited for: Flower's own would wait for ever for a Ray that is gone."""

    def __init__(self, inner: Grid, nodes: int, alive: Callable[[], None]) -> None:
        """Take Flower's grid and how many nodes it will have; `alive` is called while waiting and may raise."""
        super().__init__(nodes)
        self.inner, self.alive = inner, alive

    def get_node_ids(self) -> list[int]:
        """Return the ids that Flower drew, when all nodes have come."""
        while len(found := list(self.inner.get_node_ids())) < self.nodes:
            self._wait()
        return found

    def create_message(self, content: RecordDict, message_type: str, dst_node_id: int, group_id: str, ttl: float | None = None) -> Message:
        """Return a message to a node."""
        return Message(content, dst_node_id, message_type, ttl=ttl, group_id=group_id)

    def send_and_receive(self, messages: Iterable[Message], *, timeout: float | None = None) -> list[Message]:
        """Send each node its message and gather the replies."""
        del timeout
        waiting, replies = set(self.inner.push_messages(messages)), list[Message]()
        while waiting:
            found = list(self.inner.pull_messages(waiting))
            replies += found
            waiting -= {message.metadata.reply_to_message_id for message in found}
            if not found:
                self._wait()
        return replies

    def _wait(self) -> None:
        self.alive()
        time.sleep(SECONDS_BETWEEN_LOOKS)


def simulated(main: Callable[[Grid], None], make: Callable[[], ClientApp], nodes: int, address: str | None, alive: Callable[[], None]) -> None:
    """Carry `main` out with a grid of Flower's simulation, whose nodes answer by the app that `make` builds.

    `make` is packed by Ray, and called once in each actor. Without an address Ray is started on this
    machine and stopped again; what it writes meanwhile only its owner can read.
    """
    require_ray()
    _reach(address)
    os.environ.update(QUIET)
    from flwr.simulation import run_simulation

    server, ended = ServerApp(), threading.Event()

    @server.main()
    def run(grid: Grid, context: Context) -> None:
        del context
        main(WatchedGrid(grid, nodes, still))

    def still() -> None:
        if ended.is_set():
            raise _stopped()
        alive()

    folder = tempfile.mkdtemp(prefix="ray-", dir=None if len(tempfile.gettempdir()) < LONGEST_FOLDER else "/tmp")  # noqa: S108 - a folder of its owner's alone
    init = {"address": address} if address else {"num_cpus": nodes, "_temp_dir": folder, "object_store_memory": 512 << 20}
    settings: dict[str, Any] = {"init_args": {**init, "log_to_driver": False, "logging_level": "error"}, "client_resources": {"num_cpus": 1, "num_gpus": 0.0}}
    before = signal.getsignal(signal.SIGTERM)  # which Ray takes for itself, and keeps
    try:
        run_simulation(server, _client(make), nodes, backend_config=settings)
    except RuntimeError:
        raise _stopped() from None
    finally:
        ended.set()
        signal.signal(signal.SIGTERM, before)
        shutil.rmtree(folder, ignore_errors=True)


def _reach(address: str | None) -> None:
    """Raise unless somebody listens at an address such as `10.0.0.5:6379`; Ray itself would try for minutes."""
    host, _, port = (address or "").rpartition(":")
    if not host or not port.isdecimal():
        return
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
    except OSError:
        raise OutsideFault(f"there is no Ray at `{address}`; start it with `ray start --head`, or leave the address out") from None


def _stopped() -> OutsideFault:
    return OutsideFault("Ray stopped or could not start; the same command continues from here, and without `--engine` it needs no Ray")


def _client(make: Callable[[], ClientApp]) -> ClientApp:
    app = ClientApp()

    @app.train()
    def train(message: Message, context: Context) -> Message:
        from synthc.runtime.federated import simulation

        # What a mistake says would stand in Ray's logs and in Flower's answer.
        return hushed(lambda: simulation.kept(make)(message, context), private=True)

    return app


@cache
def kept(make: Callable[[], ClientApp]) -> ClientApp:
    """Return the app of this actor, built at its first message."""
    return make()
