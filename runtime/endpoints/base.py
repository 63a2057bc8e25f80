"""What every endpoint takes and gives, whoever the server is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a chat; roles are `system`, `user`, `assistant`."""

    role: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One question: a chat or a text to complete, what kind of answer, and how it is decoded.

    `answer` is a type in JSON, such as `{"kind": "choice", "options": ["yes", "no"]}`.
    `max_input` bounds the tokens read; a longer text is cut if `cut`, else refused.
    """

    messages: tuple[Message, ...] | None
    prompt: str | None
    answer: Mapping[str, Any]
    max_input: int | None
    max_output: int
    temperature: float
    top_p: float | None
    stop: tuple[str, ...]
    seed: int | None
    cut: bool = False

    @property
    def text(self) -> str:
        """All that is read, messages separated by blank lines."""
        if self.messages is None:
            return self.prompt or ""
        return "\n\n".join(message.content for message in self.messages)

    @property
    def document(self) -> dict[str, Any]:
        """All of it as JSON, by which the ledger knows it; `asdict` copies deeply and takes longer than the rest of a call."""
        messages = None if self.messages is None else [[message.role, message.content] for message in self.messages]
        return {name: getattr(self, name) for name in self.__slots__} | {"messages": messages}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer: its text, how it ended, mean natural log-probability per token.

    It ended by itself (`stop`), where it had no more room (`length`), or was left with all that was asked
    for (`enough`). `saved` are the tokens that it might have had still, at most, where it was left.

    Of a choice, `choices` holds the natural log-probability of each option. `queued` is how long the
    request waited at the server, as a multiple of the work on it, where the server tells.
    """

    text: str
    finish: str
    logprob: float | None
    choices: Mapping[str, float] | None
    tokens_in: int
    tokens_out: int
    queued: float | None = field(default=None, compare=False)
    saved: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Which model answers: it enters the keys of requests and the fingerprints of artefacts."""

    model: str
    revision: str
    server: str


class EndpointError(Exception):
    """An answer that did not come. `retry` says whether asking again may help.

    `overloaded` asks to slow down, `after` says for how many seconds, `gone` that no question at all
    is answered, such as where nobody listens or the token is refused; `shut` that the server itself refuses all.
    """

    def __init__(self, message: str, *, retry: bool = False, overloaded: bool = False, gone: bool = False, shut: bool = False, after: float | None = None) -> None:
        """Take a sentence and what to do about it."""
        super().__init__(message)
        self.retry, self.overloaded, self.gone, self.shut, self.after = retry, overloaded, gone, shut, after


class Endpoint(Protocol):
    """Who answers requests."""

    @property
    def remote(self) -> bool:
        """Whether requests leave this machine."""
        ...

    async def identity(self) -> Identity:
        """Return which model answers."""
        ...

    async def answer(self, request: Request) -> Reply:
        """Return the answer, or raise an EndpointError."""
        ...

    async def close(self) -> None:
        """Let go of connections and processes."""
        ...


@runtime_checkable
class Limited(Protocol):
    """An endpoint that knows how many requests its server takes at once; `at_once` is None where that is not told."""

    at_once: int | None


@runtime_checkable
class Counts(Protocol):
    """An endpoint whose server counts the tokens of a question without answering it."""

    async def count(self, request: Request) -> int | None:
        """Return the tokens of a question, the template of a chat included; None where the server does not tell."""
        ...
