"""The tokens that an endpoint may still be asked for, counted over all runs that share the ledger."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from synthc.runtime.endpoints.base import Request
from synthc.runtime.errors import BudgetSpent

CHARACTERS_PER_TOKEN = 4


@dataclass(slots=True, kw_only=True)
class Allowance:
    """What a `budget` gives an endpoint, shared by all nodes that ask it.

    `recorded` tells what the ledger has, answers to other processes among it. What those have in flight it can't tell.
    """

    name: str
    tokens: int
    recorded: Callable[[], int] = lambda: 0
    held: int = 0
    _back: asyncio.Condition = field(default_factory=asyncio.Condition)

    @asynccontextmanager
    async def hold(self, request: Request) -> AsyncIterator[None]:
        """Hold what a request may take at most, as far as its length tells, until its answer is in the ledger.

        Waits where that fits only if the others take less than they may.

        Raises:
            BudgetSpent: it would pass the budget even if nothing else were in flight.
        """
        may_take = len(request.text) // CHARACTERS_PER_TOKEN + request.max_output
        async with self._back:
            await self._back.wait_for(lambda: not self.held or self._fits(self.held + may_take))
            if not self._fits(may_take):
                raise BudgetSpent(
                    f"`budget {self.name}` allows {self.tokens:,} tokens; {self.recorded():,} were spent in this project and the next question may take {may_take:,};"
                    " raise the budget or ask less, and repeat the command, which goes on from here"
                )
            self.held += may_take
        try:
            yield
        finally:
            async with self._back:
                self.held -= may_take
                self._back.notify_all()

    def _fits(self, more: int) -> bool:
        return self.recorded() + more <= self.tokens
