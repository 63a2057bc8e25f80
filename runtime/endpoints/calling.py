"""Asks an endpoint: through the ledger, at a pace that it sustains, again where that may help."""

from __future__ import annotations

import random
from asyncio import Semaphore, sleep
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from functools import partial
from hashlib import blake2b

from synthc.compiler.graph import Privacy
from synthc.runtime.endpoints.base import Endpoint, EndpointError, Identity, Reply, Request
from synthc.runtime.endpoints.pace import Pace
from synthc.runtime.errors import OutsideFault
from synthc.runtime.ledger import UNTOLD, Asking, Ledger

LONGEST_WAIT = 30.0
PATIENT_TRIES = 16
"""How often while nobody listens or the server is overloaded: about two minutes."""
SOONER = 4
"""By so many doublings the first waits of those tries are shorter: the pace holds the others back already, and rows behind one that waits long wait too."""

CLAIMED = 16
"""Questions at least that are claimed, or looked for in the ledger, before those in flight are answered; what waits behind them takes no more memory than its text."""


@dataclass(slots=True, kw_only=True)
class Caller:
    """One endpoint as a node asks it. `label` is that of the rows it is asked about, `budget` the tokens it may take in this run.

    `retries` is how often a question is asked again that the server fails at, and `again` how often one was.
    `flew` is the most that were in flight together since somebody looked.
    """

    name: str
    endpoint: Endpoint
    identity: Identity
    ledger: Ledger
    pace: Pace
    label: Privacy
    budget: int | None = None
    retries: int = 2
    backoff: float = 0.2
    requests: int = 0
    cached: int = 0
    failed: int = 0
    again: int = 0
    flew: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    saved: int = 0
    about: Asking = UNTOLD
    used: Callable[[str], object] = lambda _: None
    _room: Semaphore = field(init=False)
    _begun: Semaphore = field(init=False)
    _fault: str | None = None

    def __post_init__(self) -> None:
        """Refuse what may not leave, whatever compiled the graph."""
        self._room = Semaphore(self.pace.most)
        self._begun = Semaphore(self.pace.most + self.pace.most // 2 + CLAIMED)
        if self.budget is not None:
            self.ledger.allow(self.name, self.budget)
        if self.about is UNTOLD:
            self.about = Asking(endpoint=self.name, model=asdict(self.identity), prompt={}, label=self.label.value)
        if self.label is Privacy.PRIVATE:
            raise AssertionError(f"private rows may not be asked about at `{self.name}`")
        if self.label is Privacy.SIMULATED and self.endpoint.remote:
            raise AssertionError(f"rows of a simulation may not be asked about at `{self.name}`, which is remote")

    async def ask(self, request: Request, subject: str = "") -> Reply:
        """Return the answer about a subject, such as a row, from the ledger if it is there.

        Raises:
            EndpointError: it failed for good.
            OutsideFault: nobody listens, or the server stays overloaded.
            BudgetSpent: the endpoint's budget does not allow it.
        """
        async with self._begun:
            with ExitStack() as unsaved:
                try:
                    reply, cached = await self.ledger.answer(self.identity, request, partial(self._send, unsaved), about=self.about, subject=subject, used=self.used)
                except OutsideFault as fault:
                    # Nothing more is sent: what a full disk could not keep would be lost too, before the run stops.
                    self._fault = str(fault)
                    raise
        self.cached += cached
        self.requests += not cached
        return reply

    async def _send(self, unsaved: ExitStack, request: Request) -> Reply:
        tries = 1 + self.retries
        for attempt in range(max(tries, PATIENT_TRIES)):
            try:
                return await self._try(unsaved, request)
            except EndpointError as problem:
                patient = problem.overloaded or problem.gone
                if not problem.retry or attempt + 1 >= (PATIENT_TRIES if patient else tries):
                    self.failed += 1
                    if patient:
                        raise OutsideFault(f"{problem}{', and' if problem.shut else '; see to the server and'} repeat the command, which goes on from here") from None
                    raise
                self.again += 1
                # Full jitter: https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter
                jitter = random.uniform(0, min(LONGEST_WAIT, self.backoff * 2.0 ** (attempt - SOONER * patient)))  # noqa: S311
                # All who were told to wait as long would come back together.
                await sleep(jitter if problem.after is None else problem.after + min(jitter, problem.after / 4))
        raise AssertionError("the last try returns or raises")

    async def _try(self, unsaved: ExitStack, request: Request) -> Reply:
        await self._room.acquire()
        if self._fault is not None:
            self._room.release()
            raise OutsideFault(self._fault)
        try:
            reply = await self._answer(request)
        except BaseException:
            self._room.release()
            raise
        # Its room is free when it is on the disk, so that a kill never loses more answers than may be in flight.
        unsaved.callback(self._room.release)
        return reply

    async def _answer(self, request: Request) -> Reply:
        async with self.pace as cuts:
            self.flew = max(self.flew, self.pace.flying)
            try:
                reply = await self.endpoint.answer(request)
            except EndpointError as problem:
                if problem.overloaded:
                    self.pace.too_much(cuts)
                elif problem.retry:
                    self.pace.failed()
                raise
            self.pace.went_well(reply.queued)
            self.tokens_in += reply.tokens_in
            self.tokens_out += reply.tokens_out
            self.saved += reply.saved
            return reply


def derive_seed(run_seed: int, prompt: str, row: str, sample: int) -> int:
    """Return the seed of one request, 63 bits of a hash; never of a node's name."""
    text = f"{run_seed} {prompt} {row} {sample}".encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big") >> 1
