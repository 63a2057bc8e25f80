"""The bundled model as an endpoint: gathers requests into batches for a few worker processes."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from synthc.runtime.endpoints.base import EndpointError, Identity, Reply, Request

if TYPE_CHECKING:
    from synthc.runtime.endpoints.embedded.decode import Decoder, Prepared

    Waiting = tuple[Prepared, asyncio.Future[Reply]]

GATHER = 0.01
"""Seconds a request waits for others that may share its batch."""
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(slots=True, kw_only=True)
class EmbeddedEndpoint:
    """Answers from the bundled model on this machine."""

    workers: int = field(default_factory=lambda: max(1, min(2, os.cpu_count() or 1)))
    remote: bool = False
    _free: asyncio.Semaphore = field(init=False)
    _idle: list[ProcessPoolExecutor] = field(default_factory=list)
    _pools: set[ProcessPoolExecutor] = field(default_factory=set)
    _decoder: Decoder | None = None
    _waiting: dict[tuple[str, int], list[Waiting]] = field(default_factory=lambda: defaultdict(list))
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Give each worker a place."""
        self._free = asyncio.Semaphore(self.workers)

    async def identity(self) -> Identity:
        """Return a name that changes with the weights."""
        from synthc.runtime.endpoints.embedded.decode import revision

        return Identity(model="synthc-embedded", revision=revision(), server="embedded")

    async def answer(self, request: Request) -> Reply:
        """Answer with the others of the same kind that wait when a worker is free."""
        prepared = self._prepare(request)
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting[prepared.kind].append((prepared, future))
        task = asyncio.create_task(self._work(prepared.kind))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await future

    async def close(self) -> None:
        """End the workers at once, whatever they are at."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for pool in self._pools:
            _end(pool)
        self._pools.clear()
        self._idle.clear()

    def _prepare(self, request: Request) -> Prepared:
        if self._decoder is None:
            from synthc.runtime.endpoints.embedded.decode import Decoder

            self._decoder = Decoder()
        tokens = self._decoder.length(request.text)
        if request.max_input is not None and tokens > request.max_input and not request.cut:
            raise EndpointError(f"the prompt has {tokens:,} tokens, more than `max_input = {request.max_input}`")
        return self._decoder.prepare(request)

    async def _work(self, kind: tuple[str, int]) -> None:
        """Answer the next batch of a kind; each request starts one of these, and most find nothing left to do."""
        from synthc.runtime.endpoints.embedded.decode import ROWS

        async with self._free:
            if 0 < len(self._waiting[kind]) < ROWS:
                await asyncio.sleep(GATHER)
            waiting = [(prepared, future) for prepared, future in self._waiting[kind] if not future.done()]
            batch, self._waiting[kind] = waiting[:ROWS], waiting[ROWS:]
            if batch:
                await self._answered(batch)

    async def _answered(self, batch: Sequence[Waiting]) -> None:
        if self._idle:
            pool = self._idle.pop()
        else:
            pool = _start()
            self._pools.add(pool)
        try:
            replies = await asyncio.get_running_loop().run_in_executor(pool, _answer, [prepared for prepared, _ in batch])
        except Exception as problem:  # noqa: BLE001 -- whatever it is, those who wait must hear of it
            self._pools.discard(pool)
            _end(pool)
            died = isinstance(problem, BrokenProcessPool | OSError)
            told = EndpointError(f"a worker of the bundled model stopped ({problem})", retry=True) if died else problem
            for _, future in batch:
                if not future.done():
                    future.set_exception(told)
            return
        self._idle.append(pool)
        for (_, future), reply in zip(batch, replies, strict=True):
            if not future.done():
                future.set_result(reply)


def _start() -> ProcessPoolExecutor:
    """Start one worker; a pool of several would start the later ones with as many threads as they like."""
    pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"), initializer=_load)
    with _one_thread():
        pool.submit(int)
    return pool


def _end(pool: ProcessPoolExecutor) -> None:
    """End a worker without waiting for what it is at."""
    processes = list((pool._processes or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.kill()
        process.join()


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
    assert _loaded[0].network


def _answer(batch: Sequence[Prepared]) -> list[Reply]:
    return _loaded[0].answer(batch)
