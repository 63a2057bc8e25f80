"""Continuous batching: answers join the running batch and leave it between two tokens.

The loop over tokens runs in a thread. Rows are kept by the number of places that they need, in steps
of `WIDTH`, so that a row's numbers depend on its own length and never on who else is in the batch:
the same seed gives the same text whatever the load.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from synthc.runtime.endpoints.embedded.network import Array, Network
from synthc.runtime.endpoints.embedded.server.sampling import log_softmax
from synthc.runtime.endpoints.embedded.server.spelling import Vocabulary
from synthc.runtime.endpoints.embedded.server.writing import Stuck, Task, Token, Writing

WIDTH = 64
JOINING = 4
"""Prompts read between two tokens of those that are being written, which wait meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """The prompt was read; its tokens with their log-probabilities, if they were asked for."""

    prefill: tuple[Token, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A token was; of the last one `finish` says why it is, and `text` what they all come to."""

    token: Token
    finish: str | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """The answer could not be written."""

    reason: str


Event = Started | Written | Broken


@dataclass(slots=True, kw_only=True)
class Job:
    """A task that somebody waits for; `left` says that nobody does any more."""

    task: Task
    events: asyncio.Queue[Event] = field(default_factory=asyncio.Queue)
    left: bool = False


@dataclass(slots=True, kw_only=True)
class Row:
    """A job in the running batch: its keys and values, and how many places are taken."""

    job: Job
    writing: Writing
    cache: Array
    length: int

    @property
    def width(self) -> int:
        """The places it needs for one more token."""
        return width(self.length + 1)


@dataclass(slots=True, kw_only=True)
class Batching:
    """The running batch and the queue before it."""

    network: Network
    vocabulary: Vocabulary
    most: int
    healthy: bool = True
    running: int = 0
    _waiting: queue.SimpleQueue[Job | None] = field(default_factory=queue.SimpleQueue)
    _told: list[tuple[Job, Event]] = field(default_factory=list)
    _thread: threading.Thread | None = None

    @property
    def queued(self) -> int:
        """How many wait for a place in the batch."""
        return self._waiting.qsize()

    def start(self) -> None:
        """Begin to write, and tell the running loop of every token."""
        loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, args=(lambda told: loop.call_soon_threadsafe(deliver, told),), daemon=True)
        self._thread.start()

    def submit(self, task: Task) -> Job:
        """Put a task at the end of the queue."""
        job = Job(task=task)
        self._waiting.put(job)
        return job

    def close(self) -> None:
        """Stop between two tokens."""
        self._waiting.put(None)
        if self._thread is not None:
            self._thread.join()

    def _run(self, tell: Callable[[list[tuple[Job, Event]]], object]) -> None:
        rows: list[Row] = []
        going = True
        while going:
            going = self._join(rows)
            try:
                rows = self._step(rows)
            except Exception as problem:  # noqa: BLE001 - whatever it is, those who wait must hear of it
                self.healthy = False
                self._told += [(row.job, Broken(reason=f"{type(problem).__name__}: {problem}")) for row in rows]
                rows = []
            self.running = len(rows)
            told, self._told = self._told, []
            if told and going:
                tell(told)

    def _join(self, rows: list[Row]) -> bool:
        """Read the prompts of a few who wait; False says to stop. With nothing to write it waits for one."""
        for _ in range(min(JOINING, self.most - len(rows))):
            try:
                job = self._waiting.get(block=not rows and not self._told)
            except queue.Empty:
                return True
            if job is None:
                return False
            if job.left:
                continue
            try:
                row = self._read(job)
            except Exception as problem:  # noqa: BLE001 - as above
                self.healthy = self.healthy and isinstance(problem, Stuck)
                self._told.append((job, Broken(reason=str(problem) or type(problem).__name__)))
                continue
            if row.writing.finish is None:
                rows.append(row)
        return True

    def _read(self, job: Job) -> Row:
        """Read a prompt alone and write the first token behind it."""
        network, task = self.network, job.task
        cache = network.cache(1, width(len(task.ids) + 1))
        features = network.features(np.array([task.ids]), np.array([0]), cache, 0)
        prefill = self._prefill(task, network.logits(features[0, :-1])) if task.prefill else ()
        self._told.append((job, Started(prefill=prefill)))
        row = Row(job=job, writing=Writing(task=task, vocabulary=self.vocabulary), cache=cache[:, :, 0], length=len(task.ids))
        self._write(row, network.logits(features[:, -1])[0])
        return row

    def _prefill(self, task: Task, logits: Array) -> tuple[Token, ...]:
        known = [None, *(float(row[id_]) for row, id_ in zip(log_softmax(logits), task.ids[1:], strict=True))]
        return tuple(Token(id=id_, text=self.vocabulary.texts[id_], logprob=logprob) for id_, logprob in zip(task.ids, known, strict=True))

    def _step(self, rows: list[Row]) -> list[Row]:
        """Write one more token of each row, and return those that go on."""
        rows = [row for row in rows if not row.job.left]
        for wide in sorted({row.width for row in rows}):
            self._step_of([row for row in rows if row.width == wide], wide)
        return [row for row in rows if row.writing.finish is None]

    def _step_of(self, rows: list[Row], wide: int) -> None:
        for row in rows:
            row.cache = widened(row.cache, wide)
        cache = np.stack([row.cache for row in rows], 2)
        places = np.array([row.length for row in rows])
        logits = self.network.logits(self.network.step(np.array([row.writing.ids[-1] for row in rows]), places, cache))
        for number, row in enumerate(rows):
            row.cache[:, :, :, row.length] = cache[:, :, number, :, row.length]
            row.length += 1
            try:
                self._write(row, logits[number])
            except Stuck as problem:
                row.writing.finish = "stuck"
                self._told.append((row.job, Broken(reason=str(problem))))

    def _write(self, row: Row, logits: NDArray[np.float32]) -> None:
        token = row.writing.next(logits)
        self._told.append((row.job, Written(token=token, finish=row.writing.finish, text=row.writing.text)))


def width(places: int) -> int:
    """Return the places that a cache has for at least so many."""
    return -(-places // WIDTH) * WIDTH


def widened(cache: Array, wide: int) -> Array:
    """Return a row's cache with so many places."""
    more = wide - cache.shape[3]
    return np.pad(cache, ((0, 0), (0, 0), (0, 0), (0, more), (0, 0))) if more else cache


def deliver(told: list[tuple[Job, Event]]) -> None:
    """Hand each event to whoever waits for it."""
    for job, event in told:
        job.events.put_nowait(event)
