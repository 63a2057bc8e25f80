"""Worker processes that stay warm: they import torch and Flower once, and take one federation after the other.

A worker has one thread: two threads of torch beside busy neighbours are several times slower than one.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import pickle
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING, TypeVar

from flwr.app import Message
from flwr.clientapp import ClientApp

from synthc.runtime.errors import Hushed, OutsideFault, RunError, hushed
from synthc.runtime.federated.grid import NearGrid, context_of

if TYPE_CHECKING:
    from synthc.runtime.federated.lent import Lent

T = TypeVar("T")
Make = Callable[[], ClientApp]
"""Builds the app of a worker."""


@dataclass(slots=True, kw_only=True)
class Workers:
    """Processes that answer messages, as many as were ever wanted at once."""

    _running: list[tuple[BaseProcess, Connection]] = field(default_factory=list)

    def start(self, count: int) -> None:
        """Have at least so many; new ones are told of only when they are used."""
        context = _context()
        for number in range(len(self._running), count):
            ours, theirs = context.Pipe()
            worker = context.Process(target=_serve, args=(number, theirs), daemon=True)  # type: ignore[attr-defined]
            worker.start()
            theirs.close()
            self._running.append((worker, ours))

    def pipes(self, count: int) -> list[Connection]:
        """Return the pipes of the first so many."""
        return [pipe for _, pipe in self._running[:count]]

    def close(self) -> None:
        """Stop all."""
        for worker, pipe in self._running:
            pipe.close()
            worker.terminate()
        for worker, _ in self._running:
            worker.join()
        self._running.clear()


class PoolGrid(NearGrid):
    """Nodes in processes of their own, which keep their model and their users between rounds."""

    def __init__(self, workers: Workers, make: Make, lent: Lent, alive: Callable[[], None]) -> None:
        """Have as many workers build their apps as memory is lent to; `alive` is called while waiting and may raise."""
        super().__init__(lent.rows)
        self.alive = alive
        workers.start(lent.rows)
        self.pipes = workers.pipes(lent.rows)
        for pipe in self.pipes:
            self._send(pipe, make)
        for pipe in self.pipes:
            self._received(pipe)
        self.weights, self.totals = lent.weights(), lent.totals()

    def send_and_receive(self, messages: Iterable[Message], *, timeout: float | None = None) -> list[Message]:
        """Send each node its message and gather the replies."""
        del timeout
        asked = []
        for message in messages:
            pipe = self.pipes[message.metadata.dst_node_id - 1]
            self._send(pipe, message)
            asked.append(pipe)
        return [self._received(pipe) for pipe in asked]

    def close(self) -> None:
        """Have the workers forget their models and users."""
        for pipe in self.pipes:
            with contextlib.suppress(OutsideFault):
                self._send(pipe, None)

    def _send(self, pipe: Connection, what: Message | Make | None) -> None:
        try:
            pipe.send_bytes(pickle.dumps(what, protocol=pickle.HIGHEST_PROTOCOL))
        except OSError:
            raise _gone() from None

    def _received(self, pipe: Connection) -> Message:
        try:
            while not pipe.poll(0.2):
                self.alive()
            found: Message | Exception = pickle.loads(pipe.recv_bytes())  # noqa: S301, our own worker wrote it
        except (EOFError, OSError):
            raise _gone() from None
        if isinstance(found, Exception):
            raise found
        return found


def _context() -> BaseContext:
    """Return how workers are started: forked from a process that has imported torch and Flower once for all, where there is fork."""
    if not sys.platform.startswith("linux"):
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["synthc.runtime.federated.client", "synthc.runtime.training.models.lstm"])
    return context


def _gone() -> OutsideFault:
    return OutsideFault("a worker of the federation was stopped from outside; the same command continues it")


def _serve(number: int, pipe: Connection) -> None:
    """Answer messages until the other side closes; what builds an app comes before them."""
    import signal

    from synthc.runtime.orphan import exit_with_parent

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    exit_with_parent()
    app: ClientApp | None = None
    context = context_of(number + 1)
    while True:
        try:
            said = pickle.loads(pipe.recv_bytes())  # noqa: S301, our own server wrote it
        except EOFError:
            return
        if isinstance(said, Message):
            assert app is not None
            pipe.send_bytes(pickle.dumps(_tried(partial(app, said, context)), protocol=pickle.HIGHEST_PROTOCOL))
        elif said is None:
            app = None
        else:
            made = _tried(said)
            app = None if isinstance(made, Exception) else made
            pipe.send_bytes(pickle.dumps(made if app is None else None))


def _tried(work: Callable[[], T]) -> T | Exception:
    """Return what comes of some work, or what went wrong: a worker that dies of it would print what may hold private text."""
    try:
        return hushed(work, private=True)
    except (RunError, OSError, Hushed) as problem:
        return problem
