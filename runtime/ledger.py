"""Every LLM call, asked and answered, so that nothing is paid twice.

SQLite in WAL mode, shared by runs and by processes. Records are committed in batches at most 50 ms
old by one thread; an answer is handed on only after its commit.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import queue
import sqlite3
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from synthc.compiler.graph.fingerprint import fingerprint
from synthc.runtime.endpoints.allowance import Allowance
from synthc.runtime.endpoints.base import EndpointError, Identity, Reply, Request
from synthc.runtime.errors import InputError, OutsideFault

SCHEMA = """
CREATE TABLE IF NOT EXISTS calls (
  key TEXT PRIMARY KEY, state TEXT NOT NULL, time REAL NOT NULL, model TEXT NOT NULL,
  request TEXT NOT NULL, reply TEXT, error TEXT
) WITHOUT ROWID
"""
COMMIT_EVERY = 0.02

Change = tuple[str, tuple[Any, ...], Callable[[BaseException | None], None]]
"""A statement, its values, and who is told when it is on the disk, or why it is not."""


def call_key(identity: Identity, request: Request) -> str:
    """Return the key of a call: model identity, rendered prompt, decoding settings, seed."""
    return fingerprint([asdict(identity), request.document])


@dataclass(slots=True, kw_only=True)
class Ledger:
    """The calls of one project."""

    path: Path
    _allowances: dict[str, Allowance] = field(default_factory=dict)
    _flying: dict[str, asyncio.Future[Reply]] = field(default_factory=dict)
    _waiting: queue.SimpleQueue[Change | None] = field(default_factory=queue.SimpleQueue)
    _reader: sqlite3.Connection = field(init=False)
    _writer: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        """Open the file, or say what is wrong with it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._said():
            self._reader = self._connect()
            self._writer = threading.Thread(target=self._write, args=(self._connect(),), daemon=True)
        self._writer.start()

    def allowance(self, endpoint: str, tokens: int | None) -> Allowance:
        """Return what an endpoint may still be asked for, the same object for all of a run."""
        allowance = self._allowances.setdefault(endpoint, Allowance(name=endpoint))
        allowance.tokens = tokens
        return allowance

    def find(self, key: str) -> Reply | None:
        """Return the answer to a call, None if it was not answered yet."""
        with self._said():
            row = self._reader.execute("SELECT reply FROM calls WHERE key = ? AND state = 'answered'", (key,)).fetchone()
            return Reply(**json.loads(row[0])) if row else None

    async def answer(self, identity: Identity, request: Request, ask: Callable[[Request], Awaitable[Reply]]) -> tuple[Reply, bool]:
        """Return the answer and whether it was there already; equal calls in flight share one."""
        key = call_key(identity, request)
        while (flying := self._flying.get(key)) is not None:
            await asyncio.wait([flying])
            if not flying.cancelled():
                return flying.result(), True
        found = self.find(key)
        if found is not None:
            return found, True
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._flying[key] = future
        try:
            reply = await self._ask(key, identity, request, ask)
        except Exception as problem:
            future.set_exception(problem)
            future.exception()  # whoever else waits is told; nobody waiting is no fault
            raise
        except BaseException:
            future.cancel()
            raise
        finally:
            del self._flying[key]
        future.set_result(reply)
        return reply, False

    async def _ask(self, key: str, identity: Identity, request: Request, ask: Callable[[Request], Awaitable[Reply]]) -> Reply:
        body = json.dumps(request.document, ensure_ascii=False)
        await self._record("INSERT OR IGNORE INTO calls VALUES (?, 'asked', ?, ?, ?, NULL, NULL)", (key, time.time(), identity.model, body))
        try:
            reply = await ask(request)
        except EndpointError as problem:
            await self._record("UPDATE calls SET state = 'failed', error = ? WHERE key = ? AND state != 'answered'", (str(problem), key))
            raise
        answered = (time.time(), json.dumps(_plain(reply)), key)
        await self._record("UPDATE calls SET state = 'answered', time = ?, reply = ? WHERE key = ? AND state != 'answered'", answered)
        # Another process may have been first; what stands there is what everyone gets.
        return self.find(key) or reply

    def close(self) -> None:
        """Commit what waits and close the file."""
        self._waiting.put(None)
        self._writer.join()
        self._reader.close()

    async def _record(self, statement: str, values: tuple[Any, ...]) -> None:
        """Wait until a change is on the disk."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()

        def committed(problem: BaseException | None) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed, nobody waits any more
                loop.call_soon_threadsafe(_settle, done, problem)

        self._waiting.put((statement, values, committed))
        with self._said():
            await done

    @contextlib.contextmanager
    def _said(self) -> Iterator[None]:
        """Turn what the database complains about into a sentence: a broken file, or a fault around it."""
        try:
            yield
        except sqlite3.OperationalError as problem:
            raise OutsideFault(f"{self.path}: cannot be read or written ({problem}); see that the disk has space and the folder is writable, and repeat the command") from None
        except (sqlite3.DatabaseError, ValueError, TypeError) as problem:
            raise InputError(f"{self.path}: not a readable ledger ({problem}); move it away to start a new one, and what was answered will be asked again") from None

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=60, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(SCHEMA)
        return connection

    def _write(self, connection: sqlite3.Connection) -> None:
        open_ = True
        while open_:
            batch = [self._waiting.get()]
            time.sleep(COMMIT_EVERY)
            while not self._waiting.empty():
                batch.append(self._waiting.get())
            open_ = None not in batch
            changes = [entry for entry in batch if entry is not None]
            problem = _committed(connection, changes)
            for _, _, committed in changes:
                committed(problem)
        connection.close()


def _committed(connection: sqlite3.Connection, changes: Sequence[Change]) -> BaseException | None:
    """Commit changes together and return what went wrong, None if nothing did."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        for statement, values, _ in changes:
            connection.execute(statement, values)
        connection.execute("COMMIT")
    except Exception as problem:  # noqa: BLE001 -- whatever it is, those who wait must hear of it
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        return problem
    return None


def _settle(done: asyncio.Future[None], problem: BaseException | None) -> None:
    if done.cancelled():
        return
    if problem is None:
        done.set_result(None)
    else:
        done.set_exception(problem)


def _plain(reply: Reply) -> Mapping[str, Any]:
    return {**asdict(reply), "choices": dict(reply.choices) if reply.choices is not None else None}
