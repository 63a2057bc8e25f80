"""The bundled model as an endpoint: gathers requests into batches for a few worker processes."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Iterator

from synthc.runtime.endpoints.base import EndpointError, Identity, Reply, Request

if TYPE_CHECKING:
    from synthc.runtime.endpoints.embedded.decode import Decoder, Prepared

GATHER = 0.01
"""Seconds a request waits for others that may share its batch."""
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(slots=True, kw_only=True)
class EmbeddedEndpoint:
    """Answers from the bundled model on this machine."""

    workers: int = field(default_factory=lambda: max(1, min(2, os.cpu_count() or 1)))
    remote: bool = False
    _pool: Executor | None = None
    _decoder: Decoder | None = None
    _waiting: dict[tuple[str, int], list[tuple[Prepared, asyncio.Future[Reply]]]] = field(default_factory=lambda: defaultdict(list))
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def identity(self) -> Identity:
        """Return a name that changes with the weights."""
        from synthc.runtime.endpoints.embedded.decode import revision

        return Identity(model="synthc-embedded", revision=revision(), server="embedded")

    async def answer(self, request: Request) -> Reply:
        """Answer with the others of the same kind that come within a moment."""
        prepared = self._prepare(request)
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        waiting = self._waiting[prepared.kind]
        waiting.append((prepared, future))
        if len(waiting) == 1:
            self._start(self._soon(prepared.kind))
        elif len(waiting) == _rows():
            self._send(prepared.kind)
        return await future

    async def close(self) -> None:
        """Stop the workers."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def _prepare(self, request: Request) -> Prepared:
        if self._decoder is None:
            from synthc.runtime.endpoints.embedded.decode import Decoder

            self._decoder = Decoder()
        tokens = self._decoder.length(request.text)
        if request.max_input is not None and tokens > request.max_input and not request.cut:
            raise EndpointError(f"the prompt has {tokens} tokens, more than `max_input = {request.max_input}`")
        return self._decoder.prepare(request)

    async def _soon(self, kind: tuple[str, int]) -> None:
        await asyncio.sleep(GATHER)
        self._send(kind)

    def _send(self, kind: tuple[str, int]) -> None:
        batch = self._waiting.pop(kind, [])
        if batch:
            self._start(self._work(batch))

    def _start(self, work: object) -> None:
        task: asyncio.Task[None] = asyncio.ensure_future(work)  # type: ignore[arg-type]
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work(self, batch: list[tuple[Prepared, asyncio.Future[Reply]]]) -> None:
        try:
            replies = await asyncio.get_running_loop().run_in_executor(self._workers(), _answer, [prepared for prepared, _ in batch])
        except (BrokenProcessPool, RuntimeError, OSError) as problem:
            self._pool = None
            for _, future in batch:
                if not future.done():
                    future.set_exception(EndpointError(f"a worker of the bundled model stopped ({problem})", retry=True))
            return
        for (_, future), reply in zip(batch, replies, strict=True):
            if not future.done():
                future.set_result(reply)

    def _workers(self) -> Executor:
        if self._pool is None:
            with _one_thread():
                pool = ProcessPoolExecutor(self.workers, mp_context=multiprocessing.get_context("spawn"), initializer=_load)
                pool.submit(int).result()
            self._pool = pool
        return self._pool


def _rows() -> int:
    from synthc.runtime.endpoints.embedded.decode import ROWS

    return ROWS


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let processes started here use one thread each: the same sums in the same order, and no contention."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


_loaded: list[Decoder] = []
"""The model of a worker process, loaded once when it starts."""


def _load() -> None:
    import signal

    from synthc.runtime.endpoints.embedded.decode import Decoder
    from synthc.runtime.orphan import exit_with_parent

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    exit_with_parent()
    _loaded.append(Decoder())


def _answer(batch: Sequence[Prepared]) -> list[Reply]:
    return _loaded[0].answer(batch)
