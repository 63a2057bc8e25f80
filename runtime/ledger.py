"""Every LLM call, asked and answered, so that nothing is paid twice.

A question is claimed on the disk before it is sent, by one process at a time; an answer is handed on
only after its commit. Runs and processes share the file.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import asdict, dataclass, field, fields
from functools import lru_cache
from hashlib import blake2b
from operator import attrgetter
from pathlib import Path
from typing import Any

from synthc.compiler.graph.fingerprint import fingerprint
from synthc.runtime.claims import Claims
from synthc.runtime.endpoints.allowance import Allowance
from synthc.runtime.endpoints.base import EndpointError, Identity, Reply, Request
from synthc.runtime.errors import InputError
from synthc.runtime.ledger_file import LedgerFile

CLAIM = """
INSERT INTO calls (key, state, time, model, request, owner, subject, asking) VALUES (?, 'asked', ?, ?, ?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET state = 'asked', time = excluded.time, owner = excluded.owner, subject = excluded.subject, asking = excluded.asking, error = NULL
WHERE state = 'failed' OR (state = 'asked' AND owner = excluded.owner)
"""
TAKE_OVER = "UPDATE calls SET owner = ?, time = ? WHERE key = ? AND state = 'asked' AND owner = ?"
ANSWERED = "UPDATE calls SET state = 'answered', time = ?, reply = ?, tokens = ? WHERE key = ? AND state != 'answered'"
FAILED = "UPDATE calls SET state = 'failed', error = ? WHERE key = ? AND state != 'answered'"
GIVEN_UP = "UPDATE calls SET state = 'failed', error = 'given up' WHERE key = ? AND state = 'asked' AND owner = ?"
ASKING = "INSERT OR IGNORE INTO askings VALUES (?, ?)"

LOOK_AGAIN = 0.05
"""Seconds between two looks at a question that another process has claimed."""
REPLY = tuple(each.name for each in fields(Reply) if each.compare)
OF_REPLY = attrgetter(*REPLY)

Ask = Callable[[Request], Awaitable[Reply]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What the questions of one step have in common, kept so that a plan can say why a row would be asked again.

    `prompt` holds the settings of the prompt, its name among them; `label` is that of the rows.
    """

    endpoint: str
    model: Mapping[str, str]
    prompt: Mapping[str, Any]
    label: str

    @property
    def document(self) -> dict[str, Any]:
        """All of it as JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


UNLIMITED = nullcontext()
UNTOLD = Asking(endpoint="", model={}, prompt={}, label="public")


def call_key(identity: Identity, request: Request) -> str:
    """Return the key of a call: model identity, rendered prompt, decoding settings, seed."""
    return key_of(identity, _canonical(request.document))


def key_of(identity: Identity, body: str) -> str:
    """Return the key of a call whose request is written down."""
    return blake2b(f"[{_identity(identity)},{body}]".encode(errors="surrogatepass"), digest_size=16).hexdigest()


@lru_cache(maxsize=64)
def _identity(identity: Identity) -> str:
    return _canonical(asdict(identity))


_canonical = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=dict).encode


def _stored(reply: Reply) -> str:
    return _canonical(dict(zip(REPLY, OF_REPLY(reply), strict=True)))


@dataclass(slots=True, kw_only=True)
class Ledger:
    """The calls of one project; one that is `offline` asks nobody."""

    path: Path
    offline: bool = False
    _allowances: dict[str, Allowance] = field(default_factory=dict)
    _flying: dict[str, asyncio.Future[Reply]] = field(default_factory=dict)
    _askings: dict[int, tuple[Asking, str]] = field(default_factory=dict)
    _spent: dict[str, int] = field(default_factory=dict)
    _claims: Claims = field(init=False)
    _file: LedgerFile = field(init=False)

    def __post_init__(self) -> None:
        """Open the file, or say what is wrong with it."""
        if self.path.exists() and not self.path.stat().st_size and any(list_.stat().st_size for list_ in self.path.with_name("calls").glob("*")):
            raise InputError(f"{self.path}: it is empty, though runs of this project rest on its answers; put a copy of before in its place, or delete it to ask for them again")
        self._file = LedgerFile(path=self.path, committed=self._count)
        self._claims = Claims(folder=self.path.with_name(f"{self.path.stem}.claims"))
        self._claims.open()

    def allow(self, endpoint: str, tokens: int) -> None:
        """Say how many tokens an endpoint may be asked for, by all who share this ledger."""
        allowance = self._allowances.setdefault(endpoint, Allowance(name=endpoint, tokens=tokens, recorded=lambda: self._spent.get(endpoint, 0)))
        allowance.tokens = tokens

    def _allowed(self, endpoint: str, request: Request) -> AbstractAsyncContextManager[None]:
        allowance = self._allowances.get(endpoint)
        return UNLIMITED if allowance is None else allowance.hold(request)

    def find(self, key: str) -> Reply | None:
        """Return the answer to a call, None if it was not answered yet."""
        row = self._file.read("SELECT reply FROM calls WHERE key = ? AND state = 'answered'", key)
        if row is None:
            return None
        with self._file.said():
            return Reply(**json.loads(row[0]))

    async def answer(
        self, identity: Identity, request: Request, ask: Ask, *, about: Asking = UNTOLD, subject: str = "", used: Callable[[str], object] = lambda _: None
    ) -> tuple[Reply, bool]:
        """Return the answer and whether it was there already; equal calls in flight share one.

        `about` and `subject`, the row, are kept with the call; they are not part of its key, which `used` is told.
        """
        body = _canonical(request.document)
        key = key_of(identity, body)
        used(key)
        while (flying := self._flying.get(key)) is not None:
            await asyncio.wait([flying])
            if not flying.cancelled():
                return flying.result(), True
        found = self.find(key)
        if found is not None:
            return found, True
        if self.offline:
            where = f" about the row {subject}" if subject else ""
            raise InputError(f"the ledger has no answer to `{about.prompt.get('name', '')}` of `{about.endpoint}`{where}; a replay asks nobody, so run it once without `--replay`")
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._flying[key] = future
        try:
            async with self._allowed(about.endpoint, request):
                reply, cached = await self._claimed((key, time.time(), identity.model, body, self._claims.owner, subject, self._asking(about)), request, ask, about.endpoint)
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
        return reply, cached

    async def _claimed(self, claim: tuple[Any, ...], request: Request, ask: Ask, endpoint: str) -> tuple[Reply, bool]:
        """Claim a question and ask it; wait where another process has claimed it and lives."""
        key = claim[0]
        try:
            while not await self._file.write(CLAIM, *claim):
                found = self.find(key)
                if found is not None:
                    return found, True
                if await self._take_over(key):
                    break
                await asyncio.sleep(LOOK_AGAIN)
            return await self._ask(key, request, ask, endpoint), False
        except asyncio.CancelledError:
            self._file.write_later(GIVEN_UP, key, self._claims.owner)
            raise

    async def _take_over(self, key: str) -> bool:
        """Take the claim of a process that is gone."""
        held = self._file.read("SELECT owner FROM calls WHERE key = ? AND state = 'asked'", key)
        if held is None or self._claims.alive(held[0]):
            return False
        return bool(await self._file.write(TAKE_OVER, self._claims.owner, time.time(), key, held[0]))

    async def _ask(self, key: str, request: Request, ask: Ask, endpoint: str) -> Reply:
        try:
            reply = await ask(request)
        except Exception as problem:
            await self._file.write(FAILED, str(problem) if isinstance(problem, EndpointError) else type(problem).__name__, key)
            raise
        tokens = reply.tokens_in + reply.tokens_out
        first = await self._file.write(ANSWERED, time.time(), _stored(reply), tokens, key, spent=(endpoint, tokens))
        # Another process may have taken over and been first; what stands there is what everyone gets.
        return reply if first else self.find(key) or reply

    def close(self) -> None:
        """Commit what waits and close the file."""
        self._file.close()
        self._claims.close()

    def _asking(self, about: Asking) -> str:
        """Return the name of what questions have in common, written down when it is first seen."""
        known = self._askings.get(id(about))
        if known is None:
            known = self._askings[id(about)] = (about, fingerprint(about.document))
            self._file.write_later(ASKING, known[1], _canonical(about.document))
        return known[1]

    def _count(self, writer: sqlite3.Connection) -> None:
        """Learn what all processes together have spent."""
        self._spent = dict(writer.execute("SELECT endpoint, tokens FROM spent"))
