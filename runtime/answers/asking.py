"""Asks until an answer can be read, and counts how that went."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from synthc.runtime.answers.read import read_answer
from synthc.runtime.answers.unreadable import Refused, Unreadable
from synthc.runtime.endpoints.base import EndpointError, Reply

RETRIES = 2
"""How often an answer that cannot be read is asked for again where the prompt does not say."""

Ask = Callable[[int], Awaitable[Reply]]
"""Asks one try: the first is 0, and each has a seed of its own."""


@dataclass(slots=True, kw_only=True)
class Asked:
    """What came of asking about one row: the fields of its answer, or the reason why it has none and what was written instead.

    `raw` is None where nothing was written. The rest counts replies: those that stopped at
    `max_output`, those that refused, and those that were something else than what was asked for.
    """

    fields: dict[str, Any] | None = None
    reason: str | None = None
    raw: str | None = None
    replies: int = 0
    cut: int = 0
    refused: int = 0
    unreadable: int = 0

    def read(self, reply: Reply, of: Mapping[str, Any]) -> bool:
        """Take one more reply and tell whether it could be read."""
        self.replies += 1
        # Of a choice the options are scored, so that nothing is cut.
        self.cut += reply.finish == "length" and of["kind"] != "choice"
        try:
            self.fields, self.reason, self.raw = read_answer(reply, of), None, reply.text
        except Unreadable as problem:
            self.reason, self.raw = problem.reason, reply.text
            self.refused += isinstance(problem, Refused)
            self.unreadable += not isinstance(problem, Refused)
        return self.fields is not None


def tries(prompt: Mapping[str, Any], again: int = 0) -> int:
    """Return how often a prompt is asked about one row at most; as often once more for each time that rows set aside are tried `again`.

    At a temperature of 0 the same question has the same answer, and a choice is not drawn at all.
    """
    drawn = prompt["temperature"] > 0 and prompt["answer"]["kind"] != "choice"
    return (1 + int(prompt.get("retries", RETRIES))) * (1 + again) if drawn else 1


async def asked(prompt: Mapping[str, Any], ask: Ask, *, again: int = 0) -> Asked:
    """Ask until an answer can be read, the tries are used up or the endpoint fails for good."""
    result = Asked()
    for attempt in range(tries(prompt, again)):
        try:
            reply = await ask(attempt)
        except EndpointError as problem:
            result.reason, result.raw = str(problem), None  # what one try wrote is no answer where another failed
            break
        if result.read(reply, prompt["answer"]):
            break
    return result


@dataclass(slots=True, kw_only=True)
class Tally:
    """What the replies to one prompt came to, over all rows that were asked about."""

    prompt: str
    kind: str
    max_output: int
    rows: int = 0
    answered: int = 0
    failed: int = 0
    replies: int = 0
    cut: int = 0
    refused: int = 0
    unreadable: int = 0

    def add(self, result: Asked) -> None:
        """Count what came of one row; one that could not be asked about has no reply."""
        self.rows += 1
        self.answered += result.replies > 0
        self.failed += result.fields is None
        self.replies += result.replies
        self.cut += result.cut
        self.refused += result.refused
        self.unreadable += result.unreadable
