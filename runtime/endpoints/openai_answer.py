"""What a server says on OpenAI's routes, whichever of the two forms of log-probabilities it has."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synthc.runtime.endpoints.base import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A text and its tokens: what they spell, their log-probabilities, where they begin, and the likely ones in the place of each."""

    text: str
    finish: str
    pieces: Sequence[str]
    logprobs: Sequence[float | None]
    places: Sequence[int]
    likely: Sequence[Mapping[str, float]]
    tokens_in: int
    tokens_out: int
    saved: int = 0


def said_in(body: Mapping[str, Any], request: Request) -> Said:
    """Return what a body says; chats, and texts of llama.cpp, tell of each token in `content`, other texts in lists side by side."""
    choice = body["choices"][0]
    text = choice["message"]["content"] or "" if "message" in choice else choice["text"]
    told = choice.get("logprobs") or {}
    usage = body.get("usage") or {}
    if "content" in told:
        tokens = told["content"] or []
        pieces = [str(token["token"]) for token in tokens]
        logprobs = [token["logprob"] for token in tokens]
        likely = [summed([(top["token"], top["logprob"]) for top in token.get("top_logprobs") or []]) for token in tokens]
    else:
        pieces = [str(token) for token in told.get("tokens") or []]
        logprobs = list(told.get("token_logprobs") or [])
        likely = [summed(list((top or {}).items())) for top in told.get("top_logprobs") or []]
    return Said(
        text=text,
        finish=str(choice.get("finish_reason")),
        pieces=pieces,
        logprobs=logprobs,
        places=list(told.get("text_offset") or range(len(logprobs))),
        likely=[tokens for tokens in likely if tokens],
        tokens_in=int(usage.get("prompt_tokens") or len(request.text) // 4),
        tokens_out=int(usage.get("completion_tokens") or 1),
    )


def summed(told: Sequence[tuple[str, float | None]]) -> dict[str, float]:
    """Return the log-probabilities of tokens; one spelt twice counts twice.

    >>> summed([("yes", math.log(0.25)), ("yes", math.log(0.25)), ("no", None)])
    {'yes': -0.6931471805599453}
    """
    found: dict[str, float] = {}
    for token, logprob in told:
        if logprob is not None and logprob > -1000:
            found[token] = math.log(math.exp(found.get(token, -math.inf)) + math.exp(logprob))
    return found
