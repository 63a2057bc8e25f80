"""Text Generation Inference over HTTP: `/generate` for base models, the messages route for chats.

What the router enforces beside its own OpenAPI file: `parameters` must be there and say
`do_sample`, a temperature of 0 and a top_p of 1 are refused, `stop` stays in the text, 429 comes at
once and without `Retry-After` (huggingface/text-generation-inference, router/src/validation.rs).
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from synthc.runtime.endpoints.base import EndpointError, Identity, Reply, Request
from synthc.runtime.endpoints.connection import Answer, Connection
from synthc.runtime.endpoints.first_token import first_token_scores
from synthc.runtime.errors import InputError, OutsideFault

LIKELY = 5
"""The most likely tokens that a server tells, its `max_top_n_tokens`."""


@dataclass(slots=True, kw_only=True)
class TgiEndpoint:
    """One server. `remote` is false for an address of this machine, which may see a simulation."""

    connection: Connection
    at_once: int | None = None
    _identity: Identity | None = None

    @property
    def remote(self) -> bool:
        """Whether requests leave this machine."""
        return not self.connection.local

    async def identity(self) -> Identity:
        """Ask `/info`, once, which model answers."""
        if self._identity is None:
            try:
                with self.connection.reading():
                    info = (await self.connection.send("GET", "/info")).body
                    self.at_once = int(info["max_concurrent_requests"]) if info.get("max_concurrent_requests") else None
                    server = f"tgi {info.get('version', '')}".strip()
                    self._identity = Identity(model=str(info["model_id"]), revision=str(info.get("model_sha") or ""), server=server)
            except EndpointError as problem:
                raise OutsideFault(f"{problem}; start the server, or point elsewhere with `--endpoint {self.connection.name}=tgi:URL`") from None
        return self._identity

    async def answer(self, request: Request) -> Reply:
        """Return the answer; of a choice with a log-probability for each option."""
        request = await self._fitted(request)
        with self.connection.reading():
            if request.answer["kind"] == "choice":
                return await self._choose(request)
            return await (self._generate(request) if request.messages is None else self._chat(request))

    async def close(self) -> None:
        """Close the connections."""
        await self.connection.close()

    async def _fitted(self, request: Request) -> Request:
        """Return a request of at most `max_input` tokens, its last message cut at the end if it may be.

        The messages route knows no `truncate`, and that of `/generate` cuts off the beginning, where
        the instruction stands. So `/tokenize` counts where there might be too many: no token is
        shorter than a byte. The few tokens that a chat template adds are not counted.
        """
        text, most = request.text.encode(), request.max_input
        if most is None or len(text) <= most:
            return request
        with self.connection.reading():
            ends = [int(token["stop"]) for token in (await self.connection.send("POST", "/tokenize", {"inputs": request.text})).body]
        if len(ends) <= most:
            return request
        last = (request.messages[-1].content if request.messages else request.prompt or "").encode()
        over = len(text) - ends[most - 1]
        if not request.cut or over >= len(last):
            raise EndpointError(f"the prompt has {len(ends):,} tokens, more than `max_input = {most}`")
        kept = last[:-over].decode(errors="ignore")
        if request.messages is None:
            return replace(request, prompt=kept)
        return replace(request, messages=(*request.messages[:-1], replace(request.messages[-1], content=kept)))

    async def _choose(self, request: Request) -> Reply:
        """Score the first token over its likely spellings; where no option is likely, once more with only the options allowed."""
        options = request.answer["options"]
        answer = await self._first_token(request, None)
        scores = first_token_scores(_likely(answer), options)
        if max(scores.values()) == -math.inf:
            # Under this grammar the server renormalises over the options' own tokens.
            answer = await self._first_token(request, {"type": "regex", "value": "|".join(re.escape(option) for option in options)})
            scores = first_token_scores(_likely(answer), options)
        best = max(scores, key=lambda option: scores[option])
        known = math.isfinite(scores[best])
        tokens_in, tokens_out = _tokens(answer, request)
        return Reply(
            text=best if known else "",
            finish="stop",
            logprob=scores[best] if known else None,
            choices=scores,
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            queued=_queued(answer),
        )

    async def _first_token(self, request: Request, grammar: Mapping[str, Any] | None) -> Answer:
        request = replace(request, temperature=0.0, top_p=None, seed=None, stop=())
        if request.messages is None:
            parameters = {**_parameters(request, grammar), "max_new_tokens": 1, "top_n_tokens": LIKELY}
            return await self.connection.send("POST", "/generate", {"inputs": request.prompt, "parameters": parameters})
        body = {**_chat_body(request, grammar), "max_tokens": 1, "logprobs": True, "top_logprobs": LIKELY}
        return await self.connection.send("POST", "/v1/chat/completions", body)

    async def _chat(self, request: Request) -> Reply:
        body = {**_chat_body(request, _grammar(request.answer)), "max_tokens": request.max_output, "logprobs": True}
        answer = await self.connection.send("POST", "/v1/chat/completions", body)
        choice = answer.body["choices"][0]
        return _reply(choice["message"]["content"] or "", choice["finish_reason"], (choice.get("logprobs") or {}).get("content") or [], answer, request)

    async def _generate(self, request: Request) -> Reply:
        parameters = {**_parameters(request, _grammar(request.answer)), "max_new_tokens": request.max_output}
        answer = await self.connection.send("POST", "/generate", {"inputs": request.prompt, "parameters": parameters})
        details = answer.body["details"]
        return _reply(answer.body["generated_text"], details["finish_reason"], details["tokens"], answer, request)


def _chat_body(request: Request, grammar: Mapping[str, Any] | None) -> dict[str, Any]:
    assert request.messages is not None
    body: dict[str, Any] = {
        "model": "tgi",
        "messages": [{"role": message.role, "content": message.content} for message in request.messages],
        "temperature": request.temperature,
        "stream": False,
        "top_p": request.top_p if request.top_p is not None and request.top_p < 1 else None,
        "seed": request.seed,
        "stop": list(request.stop) or None,
        "response_format": grammar,
    }
    return {key: value for key, value in body.items() if value is not None}


def _parameters(request: Request, grammar: Mapping[str, Any] | None) -> dict[str, Any]:
    sampled = request.temperature > 0
    parameters: dict[str, Any] = {
        "do_sample": sampled,
        "details": True,
        "return_full_text": False,
        "temperature": request.temperature if sampled else None,
        "seed": request.seed if sampled else None,
        "top_p": request.top_p if sampled and request.top_p is not None and request.top_p < 1 else None,
        "stop": list(request.stop) or None,
        "grammar": grammar,
    }
    return {key: value for key, value in parameters.items() if value is not None}


def _likely(answer: Answer) -> dict[str, float]:
    """Return the log-probabilities of the likely first tokens; one spelt twice counts twice."""
    if "choices" in answer.body:
        told = [(top["token"], top["logprob"]) for top in answer.body["choices"][0]["logprobs"]["content"][0]["top_logprobs"]]
    else:
        told = [(top["text"], top["logprob"]) for top in answer.body["details"]["top_tokens"][0]]
    found: dict[str, float] = {}
    for token, logprob in told:
        found[token] = math.log(math.exp(found.get(token, -math.inf)) + math.exp(logprob))
    return found


def _tokens(answer: Answer, request: Request) -> tuple[int, int]:
    """Return the tokens read and written; those read are guessed from the length where the server does not tell."""
    usage = answer.body.get("usage") or {}
    tokens_in = usage.get("prompt_tokens") or answer.headers.get("x-prompt-tokens") or len(request.text) // 4
    tokens_out = usage.get("completion_tokens") or (answer.body.get("details") or {}).get("generated_tokens") or 1
    return int(tokens_in), int(tokens_out)


def _queued(answer: Answer) -> float | None:
    """Return the wait in the server's queue as a multiple of the work on the request."""
    try:
        waited, worked = (float(answer.headers[f"x-{what}-time"]) for what in ("queue", "inference"))
    except (KeyError, ValueError):
        return None
    return max(0.0, waited) / max(1.0, worked)


def _reply(text: str, finish: str, tokens: list[Mapping[str, Any]], answer: Answer, request: Request) -> Reply:
    logprobs = [float(token["logprob"]) for token in tokens if token["logprob"] is not None]
    tokens_in, tokens_out = _tokens(answer, request)
    return Reply(
        text=_without_stop(text, request.stop),
        finish="length" if finish == "length" else "stop",
        logprob=sum(logprobs) / len(logprobs) if logprobs else None,
        choices=None,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        queued=_queued(answer),
    )


def _grammar(answer: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the JSON schema that constrains a record; of all else the text is free."""
    return {"type": "json", "value": _schema(answer)} if answer["kind"] == "record" else None


def _schema(of: Mapping[str, Any]) -> dict[str, Any]:
    if of["kind"] == "record":
        return {"type": "object", "properties": {n: _schema(t) for n, t in of["fields"].items()}, "required": list(of["fields"])}
    if of["kind"] == "choice":
        return {"type": "string", "enum": list(of["options"])}
    if of["kind"] == "list":
        return {"type": "array", "items": _schema(of["of"])}
    return {"type": {"int": "integer", "float": "number", "share": "number", "bool": "boolean"}.get(of["kind"], "string")}


def _without_stop(text: str, stops: tuple[str, ...]) -> str:
    return next((text[: -len(stop)] for stop in stops if text.endswith(stop)), text)


def secret(variable: str, endpoint: str) -> str:
    """Return a secret from the environment; it is written nowhere."""
    value = os.environ.get(variable)
    if not value:
        raise InputError(f"endpoint `{endpoint}` needs the secret `{variable}`; set that environment variable")
    return value.strip()
