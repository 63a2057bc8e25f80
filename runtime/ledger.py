"""Every LLM call, asked and answered, so that nothing is paid twice.

SQLite in WAL mode, shared by runs and by processes. Records are committed in batches at most 50 ms
old by one thread; an answer is handed on only after its commit.
"""

from __future__ import annotations

import asyncio
import json
import queue
import sqlite3
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from synthc.compiler.graph.fingerprint import fingerprint
from synthc.runtime.endpoints.base import EndpointError, Identity, Reply, Request
from synthc.runtime.errors import InputError, OutsideFault

SCHEMA = """
CREATE TABLE IF NOT EXISTS calls (
  key TEXT PRIMARY KEY, state TEXT NOT NULL, time REAL NOT NULL, model TEXT NOT NULL,
  request TEXT NOT NULL, reply TEXT, error TEXT
) WITHOUT ROWID
"""
COMMIT_EVERY = 0.02


def call_key(identity: Identity, request: Request) -> str:
    """Return the key of a call: model identity, rendered prompt, decoding settings, seed."""
    return fingerprint([asdict(identity), asdict(request)])


@dataclass(slots=True, kw_only=True)
class Ledger:
    """The calls of one project."""

    path: Path
    _flying: dict[str, asyncio.Future[Reply]] = field(default_factory=dict)
    _waiting: queue.SimpleQueue[tuple[str, tuple[Any, ...], Callable[[BaseException | None], None] | None] | None] = field(default_factory=queue.SimpleQueue)
    _reader: sqlite3.Connection = field(init=False)
    _writer: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        """Open the file, or say what is wrong with it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._reader = self._connect()
        self._writer = threading.Thread(target=self._write, daemon=True)
        self._writer.start()

    def find(self, key: str) -> Reply | None:
        """Return the answer to a call, None if it was not answered yet."""
        row = self._reader.execute("SELECT reply FROM calls WHERE key = ? AND state = 'answered'", (key,)).fetchone()
        return Reply(**json.loads(row[0])) if row else None

    async def answer(self, identity: Identity, request: Request, ask: Callable[[Request], Awaitable[Reply]]) -> tuple[Reply, bool]:
        """Return the answer and whether it was there already; equal calls in flight share one."""
        key = call_key(identity, request)
        found = self.find(key)
        if found is not None:
            return found, True
        if key in self._flying:
            return await asyncio.shield(self._flying[key]), True
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._flying[key] = future
        try:
            reply = await self._ask(key, identity, request, ask)
        except BaseException as problem:
            future.set_exception(problem if isinstance(problem, EndpointError) else EndpointError("not answered", retry=True))
            future.exception()  # whoever else waits is told; nobody waiting is no fault
            raise
        finally:
            del self._flying[key]
        future.set_result(reply)
        return reply, False

    async def _ask(self, key: str, identity: Identity, request: Request, ask: Callable[[Request], Awaitable[Reply]]) -> Reply:
        body = json.dumps(asdict(request), ensure_ascii=False)
        await self._record("INSERT OR IGNORE INTO calls VALUES (?, 'asked', ?, ?, ?, NULL, NULL)", (key, time.time(), identity.model, body))
        try:
            reply = await ask(request)
        except EndpointError as problem:
            await self._record("UPDATE calls SET state = 'failed', error = ? WHERE key = ? AND state != 'answered'", (str(problem), key))
            raise
        await self._record(
            "UPDATE calls SET state = 'answered', time = ?, reply = ? WHERE key = ?", (time.time(), json.dumps(_plain(reply)), key)
        )
        return reply

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
            if not loop.is_closed():
                loop.call_soon_threadsafe(_settle, done, problem)

        self._waiting.put((statement, values, committed))
        try:
            await done
        except sqlite3.Error as problem:
            raise OutsideFault(f"{self.path}: cannot be written ({problem}); free some space and repeat the command") from None

    def _connect(self) -> sqlite3.Connection:
        try:
            connection = sqlite3.connect(self.path, timeout=60, isolation_level=None, check_same_thread=False)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(SCHEMA)
        except sqlite3.DatabaseError as problem:
            raise InputError(f"{self.path}: not a readable ledger ({problem}); move it away to start a new one, and what was answered will be asked again") from None
        return connection

    def _write(self) -> None:
        connection = self._connect()
        open_ = True
        while open_:
            batch = [self._waiting.get()]
            time.sleep(COMMIT_EVERY)
            while not self._waiting.empty():
                batch.append(self._waiting.get())
            open_ = None not in batch
            problem: BaseException | None = None
            try:
                connection.execute("BEGIN IMMEDIATE")
                for entry in batch:
                    if entry is not None:
                        connection.execute(entry[0], entry[1])
                connection.execute("COMMIT")
            except sqlite3.Error as found:
                problem = found
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
            for entry in batch:
                if entry is not None and entry[2] is not None:
                    entry[2](problem)
        connection.close()


def _settle(done: asyncio.Future[None], problem: BaseException | None) -> None:
    if done.cancelled():
        return
    if problem is None:
        done.set_result(None)
    else:
        done.set_exception(problem)


def _plain(reply: Reply) -> Mapping[str, Any]:
    return {**asdict(reply), "choices": dict(reply.choices) if reply.choices is not None else None}
