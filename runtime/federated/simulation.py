"""Flower's own simulation on Ray: its backend, whose actors answer messages of many users each.

A node a user would be what Flower's examples do, and two to five times slower. Between its grid and its
backend Flower puts the store of a server, in which it looks ten times a second; messages go to the
backend at once here. What an actor keeps between messages it keeps beside the app, which Flower packs
and sends again with every message.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from flwr.app import Context, Message
from flwr.clientapp import ClientApp

from synthc.runtime.engines.ray import require_ray
from synthc.runtime.errors import OutsideFault, hushed
from synthc.runtime.federated.grid import NearGrid, context_of
from synthc.runtime.federated.lent import Lent
from synthc.runtime.federated.ray_folder import ray_folder

if TYPE_CHECKING:
    from flwr.server.superlink.fleet.vce.backend.raybackend import RayBackend

QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0", "RAY_DEDUP_LOGS": "0"}
SECONDS_BETWEEN_LOOKS = 0.2


class RayGrid(NearGrid):
    """Nodes of which each message is answered by whichever actor is free; with `lent` they share the memory of this machine."""

    def __init__(self, backend: RayBackend, nodes: int, lent: Lent | None, alive: Callable[[], None]) -> None:
        """Take Flower's backend; `alive` is called while waiting and may raise."""
        super().__init__(nodes)
        assert backend.pool is not None
        self.pool, self.app, self.alive = backend.pool, backend.app_fn, alive
        if lent:
            self.weights, self.totals = lent.weights(), lent.totals()

    def send_and_receive(self, messages: Iterable[Message], *, timeout: float | None = None) -> list[Message]:
        """Send each node its message and gather the replies."""
        del timeout
        from ray.exceptions import RayError, RayTaskError

        try:
            return self._answers(list(messages))
        except RayTaskError:
            raise OutsideFault("a worker of the federation failed; the same command continues it") from None
        except RayError:
            raise _stopped() from None

    def _answers(self, messages: list[Message]) -> list[Message]:
        import ray

        replies, asked = list[Message](), list[Any]()
        while messages or asked:
            while messages and self.pool.is_actor_available():
                message = messages.pop()
                node = message.metadata.dst_node_id
                asked.append(self.pool.submit(_run, (self.app, message, str(node), context_of(node))))
            done, asked = ray.wait(asked, num_returns=1 if messages else len(asked), timeout=SECONDS_BETWEEN_LOOKS)
            replies += [self.pool.fetch_result_and_return_actor_to_pool(answer)[0] for answer in done]
            self.alive()
        return replies


def _run(actor: Any, *said: Any) -> Any:
    return actor.run.remote(*said)


@contextlib.contextmanager
def on_ray(make: Callable[[], ClientApp], nodes: int, lent: Lent | None, address: str | None, alive: Callable[[], None]) -> Iterator[RayGrid]:
    """Give a grid whose nodes answer by the app that `make` builds, once in each actor.

    Without an address Ray is started on this machine and stopped again; what it writes meanwhile only its
    owner can read.
    """
    require_ray()
    _reach(address)
    os.environ.update(QUIET)
    with ray_folder() as folder, contextlib.ExitStack() as behind:
        init = {"address": address} if address else {"address": "local", "num_cpus": nodes, "_temp_dir": folder, "object_store_memory": 512 << 20}
        backend = _backend({"init_args": {**init, "log_to_driver": False, "logging_level": "error"}, "client_resources": {"num_cpus": 1, "num_gpus": 0.0}})
        behind.callback(backend.terminate)
        backend.build(partial(_client, make))
        yield RayGrid(backend, nodes, lent, alive)


def _backend(settings: dict[str, Any]) -> RayBackend:
    from flwr.server.superlink.fleet.vce.backend.raybackend import RayBackend
    from ray.exceptions import RayError

    before = signal.getsignal(signal.SIGTERM)  # which Ray takes for itself, and keeps
    try:
        return RayBackend(settings)
    except (RayError, RuntimeError, OSError, ValueError):
        raise _stopped() from None
    finally:
        signal.signal(signal.SIGTERM, before)


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
    """Return what answers one message by the app that an actor keeps."""
    app = ClientApp()

    @app.train()
    def train(message: Message, context: Context) -> Message:
        # What a mistake says would stand in Ray's logs and in Flower's answer.
        return hushed(lambda: kept(make)(message, context), private=True)

    return app


@cache
def kept(make: Callable[[], ClientApp]) -> ClientApp:
    """Return the app of this actor, built at its first message."""
    return make()
