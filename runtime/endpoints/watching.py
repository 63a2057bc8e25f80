"""Reads a long answer as it is written, and leaves when no more of it is worth its tokens.

That is where a model goes round in circles, and where a list has as many items as its prompt takes. Leaving closes the
connection, which ends the work on it at the server.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from synthc.runtime.answers.lists import read_items
from synthc.runtime.answers.loops import in_loop
from synthc.runtime.answers.unreadable import Unreadable
from synthc.runtime.answers.wrapping import unwrapped
from synthc.runtime.endpoints.base import EndpointError, Request

WORTH_WATCHING = 256
"""Answers that may be so long are read as they come; of shorter ones a loop wastes less than reading costs."""
LOOK_EVERY = 16
"""Tokens between two looks."""
ENOUGH = "enough"
"""How an answer is finished that was left when it had all that was asked for."""


class Piece(NamedTuple):
    """What one event of an answer tells: more text, a log-probability for each token of it, and, at the end, how it ended, all of the text and the tokens read."""

    text: str = ""
    logprobs: Sequence[float | None] = ()
    finish: str = ""
    whole: str | None = None
    tokens_in: int | None = None


@dataclass(slots=True, kw_only=True)
class Watched:
    """An answer as far as it was read; `saved` are the tokens that it may have had still when it was left, at most."""

    request: Request
    text: str = ""
    finish: str = ""
    tokens: int = 0
    tokens_in: int | None = None
    logprobs: list[float | None] = field(default_factory=list)
    left: str = ""

    @property
    def saved(self) -> int:
        """The tokens that were not written."""
        return max(0, self.request.max_output - self.tokens) if self.left else 0

    def add(self, piece: Piece) -> None:
        """Take one event, and look now and then whether more is worth reading."""
        looked = self.tokens // LOOK_EVERY
        self.text = self.text + piece.text if piece.whole is None else piece.whole
        self.logprobs += piece.logprobs
        self.tokens += len(piece.logprobs) or bool(piece.text)
        self.tokens_in = piece.tokens_in or self.tokens_in
        self.finish = piece.finish or self.finish
        if not self.finish and self.tokens // LOOK_EVERY > looked:
            self.left = "stop" if in_loop(self.text) else ENOUGH if self._has_all() else ""

    def _has_all(self) -> bool:
        """Tell whether a list has as many items as are wanted, the last of them whole."""
        of = self.request.answer
        if of["kind"] != "list" or "most" not in of:
            return False
        try:
            return len(read_items(unwrapped(self.text, cut=True), of["of"], cut=True)) >= int(of["most"])
        except Unreadable:
            return False


def worth_watching(request: Request) -> bool:
    """Tell whether an answer may save more tokens than reading it as it comes costs."""
    of = request.answer
    return (of["kind"] in {"text", "list"} and request.max_output >= WORTH_WATCHING) or ("most" in of and request.max_output > 2 * LOOK_EVERY)


async def watched(events: AsyncGenerator[Any, None], request: Request, read: Callable[[Mapping[str, Any]], Piece], where: str) -> Watched:
    """Return an answer as far as it is worth its tokens.

    Raises:
        EndpointError: it broke off.
    """
    found = Watched(request=request)
    async with aclosing(events) as coming:
        async for event in coming:
            found.add(read(event))
            if found.left:
                return found
    if not found.finish:
        raise EndpointError(f"{where} broke off (its answer has no end)", retry=True, gone=True)
    return found


async def counted(count: Awaitable[int], request: Request) -> int:
    """Return the tokens of a prompt; an answer that is there is not lost because nobody counts them, and they are guessed."""
    try:
        return await count
    except EndpointError:
        return len(request.text) // 4


def generated(event: Mapping[str, Any]) -> Piece:
    """Return what an event of TGI's `/generate_stream` tells."""
    token, details = event["token"], event.get("details") or {}
    said = "" if token.get("special") else str(token["text"])
    return Piece(said, [token["logprob"]], str(details.get("finish_reason") or ""), event.get("generated_text"), details.get("input_length"))


def completed(event: Mapping[str, Any]) -> Piece:
    """Return what an event of OpenAI's routes tells; the last may have no choice, only counts."""
    tokens_in = (event.get("usage") or {}).get("prompt_tokens")
    if not event.get("choices"):
        return Piece(tokens_in=tokens_in)
    choice = event["choices"][0]
    said = (choice["delta"].get("content") if "delta" in choice else choice["text"]) or ""
    told = choice.get("logprobs") or {}
    logprobs = [token["logprob"] for token in told["content"] or ()] if "content" in told else list(told.get("token_logprobs") or ())
    return Piece(said, logprobs, str(choice.get("finish_reason") or ""), None, tokens_in)
