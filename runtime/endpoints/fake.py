"""A deterministic endpoint for tests: answers by a function, counts what it is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from synthc.runtime.endpoints.base import Identity, Reply, Request


@dataclass(slots=True, kw_only=True)
class FakeEndpoint:
    """Answers each request by `reply`; a text stands for a finished reply of that text."""

    reply: Callable[[Request], Reply | str]
    remote: bool = False
    delay: float = 0.0
    asked: list[Request] = field(default_factory=list)

    async def identity(self) -> Identity:
        """Return a fixed identity."""
        return Identity(model="fake", revision="1", server="fake")

    async def answer(self, request: Request) -> Reply:
        """Answer after the delay."""
        self.asked.append(request)
        await asyncio.sleep(self.delay)
        found = self.reply(request)
        return found if isinstance(found, Reply) else written(found)

    async def close(self) -> None:
        """Do nothing."""


def written(text: str) -> Reply:
    """Return a finished reply of a text."""
    return Reply(text=text, finish="stop", logprob=-1.0, choices=None, tokens_in=10, tokens_out=len(text.split()))


def chosen(**probabilities: float) -> Reply:
    """Return the reply to a choice with these probabilities."""
    import math

    best = max(probabilities, key=lambda option: probabilities[option])
    return Reply(
        text=best,
        finish="stop",
        logprob=math.log(probabilities[best]),
        choices={option: math.log(p) for option, p in probabilities.items()},
        tokens_in=10,
        tokens_out=1,
    )
