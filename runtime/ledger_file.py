"""The file of a ledger: SQLite in WAL mode, written by one thread in batches.

A change is handed over with a future, which has the number of rows that it changed once that is on
the disk, or what went wrong.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from synthc.runtime.errors import InputError, OutsideFault

SCHEMA = """
CREATE TABLE IF NOT EXISTS calls (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, state TEXT NOT NULL, time REAL NOT NULL, model TEXT NOT NULL,
  request TEXT NOT NULL, reply TEXT, error TEXT, owner TEXT NOT NULL DEFAULT '', subject TEXT NOT NULL DEFAULT '',
  asking TEXT NOT NULL DEFAULT '', tokens INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS askings (id TEXT PRIMARY KEY, document TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS spent (endpoint TEXT PRIMARY KEY, tokens INTEGER NOT NULL);
"""
ADDED = ("owner TEXT NOT NULL DEFAULT ''", "subject TEXT NOT NULL DEFAULT ''", "asking TEXT NOT NULL DEFAULT ''", "tokens INTEGER NOT NULL DEFAULT 0")
"""Columns that ledgers of before did not have."""
SPENT = "INSERT INTO spent VALUES (?, ?) ON CONFLICT (endpoint) DO UPDATE SET tokens = tokens + excluded.tokens"
COMMIT_EVERY = 0.004
"""Seconds at most that a change waits for others to go to the disk with; twice as long as the last commit took, where that is less."""
PATIENCE = 60.0
"""Seconds that a process waits for another that holds the file."""

Values = tuple[Any, ...]
Waiting = asyncio.Future[int] | None


class Change(NamedTuple):
    """A statement, its values, who waits until it is on the disk, and what was spent on whom."""

    statement: str
    values: Values
    waiting: Waiting
    spent: tuple[str, int] | None = None


@dataclass(slots=True, kw_only=True)
class LedgerFile:
    """An open ledger file; `committed` is called in the writing thread after each batch."""

    path: Path
    committed: Callable[[sqlite3.Connection], None] = lambda _: None
    reader: sqlite3.Connection = field(init=False)
    _queue: queue.SimpleQueue[Change | None] = field(default_factory=queue.SimpleQueue)
    _writer: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        """Open the file, or say what is wrong with it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.said():
            self.reader = connect(self.path)
            writer = connect(self.path)
            self.committed(writer)
        self._writer = threading.Thread(target=self._write, args=(writer,), daemon=True)
        self._writer.start()

    async def write(self, statement: str, *values: Any, spent: tuple[str, int] | None = None) -> int:
        """Wait until a change is on the disk; return how many rows it changed."""
        waiting: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._queue.put(Change(statement, values, waiting, spent))
        try:
            return await waiting
        except sqlite3.Error:
            with self.said():
                raise

    def write_later(self, statement: str, *values: Any) -> None:
        """Hand a change over that nobody waits for; it goes to the disk before whatever is handed over next."""
        self._queue.put(Change(statement, values, None))

    def read(self, statement: str, *values: Any) -> Any:
        """Return the first row of what is asked for, None if there is none."""
        try:
            return self.reader.execute(statement, values).fetchone()
        except sqlite3.Error:
            with self.said():
                raise

    def close(self) -> None:
        """Commit what waits and close the file."""
        self._queue.put(None)
        self._writer.join()
        self.reader.close()

    @contextlib.contextmanager
    def said(self) -> Iterator[None]:
        """Turn what the database complains about into a sentence: a broken file, or a fault around it."""
        try:
            yield
        except sqlite3.OperationalError as problem:
            raise OutsideFault(f"{self.path}: cannot be read or written ({problem}); see that the disk has space and the folder is writable, and repeat the command") from None
        except (sqlite3.DatabaseError, ValueError, TypeError) as problem:
            raise InputError(damaged(self.path, problem)) from None

    def _write(self, connection: sqlite3.Connection) -> None:
        more, took = True, 0.0
        while more:
            batch = [self._queue.get()]
            time.sleep(min(COMMIT_EVERY, 2 * took))
            with contextlib.suppress(queue.Empty):
                while True:
                    batch.append(self._queue.get_nowait())
            more = None not in batch
            began = time.perf_counter()
            self._commit(connection, [change for change in batch if change is not None])
            took = time.perf_counter() - began
        connection.close()

    def _commit(self, connection: sqlite3.Connection, batch: Sequence[Change]) -> None:
        """Commit changes together, and tell who waits for them."""
        outcome: list[int] | BaseException
        try:
            connection.execute("BEGIN IMMEDIATE")
            outcome = [connection.execute(change.statement, change.values).rowcount for change in batch]
            connection.executemany(SPENT, _sums(batch).items())
            connection.execute("COMMIT")
            self.committed(connection)
        except Exception as problem:  # noqa: BLE001 -- whatever it is, those who wait must hear of it
            with contextlib.suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            outcome = problem
        waiting = [change.waiting for change in batch]
        for loop in {future.get_loop() for future in waiting if future is not None}:
            with contextlib.suppress(RuntimeError):  # the loop is closed, nobody waits any more
                loop.call_soon_threadsafe(_settle, loop, waiting, outcome)


def damaged(path: Path, problem: Exception) -> str:
    """Return what to do about a file that is not what it was."""
    return f"{path}: not a readable ledger ({problem}); `synthc ledger rescue` keeps what can still be read of it, so that only the rest is asked again"


def connect(path: Path) -> sqlite3.Connection:
    """Open a ledger file; one of before gets the columns that it lacks."""
    connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
    _write_ahead(connection)
    connection.execute("PRAGMA synchronous = FULL")
    connection.executescript(SCHEMA)
    known = {name for _, name, *_ in connection.execute("PRAGMA table_info(calls)")}
    for column in ADDED:
        if column.split()[0] not in known:
            connection.execute(f"ALTER TABLE calls ADD COLUMN {column}")
    return connection


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Have a file written ahead; the one change that SQLite does not wait for while another process makes it too."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as problem:
            if problem.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return


def _sums(batch: Sequence[Change]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for change in batch:
        if change.spent is not None:
            sums[change.spent[0]] += change.spent[1]
    return sums


def _settle(loop: asyncio.AbstractEventLoop, waiting: Sequence[Waiting], outcome: list[int] | BaseException) -> None:
    for place, future in enumerate(waiting):
        if future is None or future.done() or future.get_loop() is not loop:
            continue
        if isinstance(outcome, list):
            future.set_result(outcome[place])
        else:
            future.set_exception(outcome)
