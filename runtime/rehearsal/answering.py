"""Who answers in a rehearsal: the ledger, the bundled model, or an earlier answer to the same prompt; nobody who is paid."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from synthc.compiler.graph import Node
from synthc.runtime.endpoints.base import Counts, Endpoint, EndpointError, Identity, Reply, Request
from synthc.runtime.ledger import call_key
from synthc.runtime.rehearsal.earlier import Earlier, Past

if TYPE_CHECKING:
    from synthc.runtime.endpoints.embedded.decode import Decoder

ASKED = {"choice": 512}
ASKED_OF_TEXT = 256
"""Rows that are asked about: an answer of one token costs little, one of many more."""
ASSUMED_SPEED = 30.0
"""Tokens a second that one answer is written at, where nothing was measured."""
ASSUMED_START = 0.2
"""Seconds until its first token."""
NOBODY = Identity(model="", revision="", server="")
TOGETHER = 64
"""Questions that are asked at once, as a run does."""
LONGEST = 5.0
"""Seconds that a server has to count the tokens of a question, else it is no longer asked to."""


@dataclass(slots=True, kw_only=True)
class Answering:
    """One endpoint as a rehearsal asks it about one prompt, and what that came to; after `patience` seconds the rows so far must do.

    `seen` are the questions that were asked in this rehearsal, which a run asks once; `shared` is how many of them came again,
    `ends` when each answer that was free came. `asked` is how many rows had answers, and `unread` why some of these could not be read.
    """

    node: Node
    prompt: Mapping[str, Any]
    past: Past
    endpoint: Endpoint | None
    identity: Identity | None
    kind: str
    patience: float
    seen: dict[str, Reply | None]
    earlier: Earlier = field(init=False)
    requests: int = 0
    found: int = 0
    shared: int = 0
    tokens_in: float = 0.0
    tokens_out: float = 0.0
    bounded: bool = False
    ends: list[float] = field(default_factory=list)
    asked: int = 0
    unread: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Look at what is known already."""
        self.earlier = self.past.of(self.prompt, self.kind)

    @property
    def rows(self) -> int:
        """How many rows are worth asking about."""
        return ASKED.get(self.prompt["answer"]["kind"], ASKED_OF_TEXT)

    async def ask(self, request: Request) -> Reply | None:
        """Return an answer as it may come, and count what it takes; None where nobody knows one."""
        key = call_key(self.identity or NOBODY, request)
        reply = self.past.find(key) if self.identity is not None else None
        if reply is not None:
            self.found += 1
            return reply
        if key in self.seen:
            self.shared += 1
            return self.seen[key]
        self.seen[key] = reply = await self._asked(request)
        return reply

    async def _asked(self, request: Request) -> Reply | None:
        reply = None
        self.requests += 1
        if self.kind == "embedded" and self.endpoint is not None:
            reply = await self._free(request, self.endpoint)
        elif self.earlier.replies:
            reply = self.earlier.replies[self.requests % len(self.earlier.replies)]
        self.tokens_in += reply.tokens_in if reply is not None and self.kind == "embedded" else await self._read(request)
        self.tokens_out += reply.tokens_out if reply is not None else self._most()
        return reply

    @property
    def rate(self) -> tuple[float, str]:
        """Answers a second, and how that is known."""
        if self.earlier.rate is not None:
            return self.earlier.rate, "as the last answers to this prompt came"
        pace = self._pace()
        if pace is not None:
            return pace, "as measured on a sample"
        each = ASSUMED_START + self.tokens_out / max(1, self.requests) / ASSUMED_SPEED
        many = self.node.settings["concurrency"]
        return many / each, f"assumed: {many} answers at once, each written at {ASSUMED_SPEED:.0f} tokens a second"

    def _pace(self) -> float | None:
        """Return how many answers came a second while as many were in flight as in a run: once its workers were there, until the last was asked."""
        many = len(self.ends)
        begun = min(TOGETHER, many // 4)
        last = many - TOGETHER if many >= 3 * TOGETHER else many
        if last - begun < 1 or self.ends[last - 1] <= self.ends[begun - 1]:
            return None
        return (last - begun) / (self.ends[last - 1] - self.ends[begun - 1])

    def _most(self) -> int:
        self.bounded = True
        return 1 if self.prompt["answer"]["kind"] == "choice" else int(self.prompt["max_output"])

    async def _free(self, request: Request, endpoint: Endpoint) -> Reply | None:
        try:
            return await endpoint.answer(request)
        except EndpointError:
            return None
        finally:
            self.ends.append(time.monotonic())

    async def _read(self, request: Request) -> float:
        """Return how many tokens a question has, by the server's tokenizer, by earlier calls or by the bundled tokenizer."""
        if isinstance(self.endpoint, Counts):
            try:
                counted = await asyncio.wait_for(self.endpoint.count(request), LONGEST)
                if counted is not None:
                    return counted
            except (EndpointError, TimeoutError):
                self.endpoint = None
        if self.earlier.tokens_a_letter is not None:
            return self.earlier.tokens_a_letter * len(request.text)
        return _bundled().length(request.text)


@cache
def _bundled() -> Decoder:
    """Return the bundled tokenizer, read once."""
    from synthc.runtime.endpoints.embedded.decode import Decoder

    return Decoder()
