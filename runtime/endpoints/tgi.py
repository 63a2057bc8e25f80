"""Text Generation Inference over HTTP: `/generate` for base models, the messages route for chats.

What the router enforces beside its own OpenAPI file: `parameters` must be there and say
`do_sample`, a temperature of 0 and a top_p of 1 are refused, `stop` stays in the text, 429 comes at
once and without `Retry-After` (huggingface/text-generation-inference, router/src/validation.rs).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from synthc.runtime.endpoints.base import EndpointError, Identity, Reply, Request
from synthc.runtime.endpoints.connection import Answer, Connection
from synthc.runtime.endpoints.dialect import tgi_grammar
from synthc.runtime.endpoints.first_token import CannotGoOn, option_scores, split
from synthc.runtime.endpoints.guided import form_for
from synthc.runtime.endpoints.limits import Limits, last_text, without_end
from synthc.runtime.endpoints.same_model import same_model
from synthc.runtime.endpoints.stops import until_stop
from synthc.runtime.endpoints.watching import Piece, completed, counted, generated, watched, worth_watching

LIKELY = 5
"""The most likely tokens that a server tells, its `max_top_n_tokens`."""


@dataclass(slots=True, kw_only=True)
class TgiEndpoint:
    """One server. `remote` is false for an address of this machine, which may see a simulation.

    `guides` is false of one that has refused to hold an answer to a form (`--disable-grammar-support`).
    """

    connection: Connection
    adapter: str | None = None
    guides: bool = True
    at_once: int | None = None
    limits: Limits = field(default_factory=Limits)
    _identity: Identity | None = None
    _lost: bool = False

    @property
    def remote(self) -> bool:
        """Whether requests leave this machine."""
        return not self.connection.local

    async def identity(self) -> Identity:
        """Ask `/info`, once, which model answers and what it takes."""
        if self._identity is None:
            try:
                self._identity = await self.look()
            except EndpointError as problem:
                raise self.connection.unknown(problem, "tgi") from None
        return self._identity

    async def answer(self, request: Request) -> Reply:
        """Return the answer; of a choice with a log-probability for each option."""
        if self._lost and self._identity is not None:
            same_model(self.connection.where, self._identity, await self.look())
            self._lost = False
        try:
            with self.connection.reading():
                sent = self.limits.of_stops(await self._fitted(request))
                if request.answer["kind"] == "choice":
                    return await self._choose(sent)
                reply = await self._held(sent)
                return replace(reply, text=until_stop(reply.text, request.stop))
        except EndpointError as problem:
            self._lost = self._lost or problem.gone
            raise

    async def first_piece(self, text: str) -> object:
        """Return the first token of a text, past those that begin every text."""
        with self.connection.reading():
            tokens = (await self.connection.send("POST", "/tokenize", {"inputs": text})).body
            return next((token["id"] for token in tokens if token["stop"] > token["start"]), text[:1])

    async def count(self, request: Request) -> int | None:
        """Return how many tokens a question has, as the server counts them."""
        with self.connection.reading():
            if request.messages is None:
                return await self._count(request.text)
            made = (await self.connection.send("POST", "/chat_tokenize", _chat_body(request, None, self.adapter))).body
            return len(made["tokenize_response"])

    async def close(self) -> None:
        """Close the connections."""
        await self.connection.close()

    async def look(self) -> Identity:
        """Ask again which model answers."""
        with self.connection.reading():
            info = (await self.connection.send("GET", "/info")).body
            self.at_once = int(info["max_concurrent_requests"]) if info.get("max_concurrent_requests") else None
            self.limits = Limits(input=info.get("max_input_tokens"), total=info.get("max_total_tokens"), stops=info.get("max_stop_sequences"))
            model = str(info["model_id"]) + (f" with {self.adapter}" if self.adapter else "")
            return Identity(model=model, revision=str(info.get("model_sha") or ""), server=f"tgi {info.get('version', '')}".strip())

    async def _fitted(self, request: Request) -> Request:
        """Return a request that fits, its last message cut at the end if it may be.

        The messages route knows no `truncate`, and that of `/generate` cuts off the beginning, where
        the instruction stands. So `/tokenize` counts where there might be too many: no token is
        shorter than a byte.
        """
        if self.limits.surely_fits(request):
            return request
        ends = [int(token["stop"]) for token in (await self.connection.send("POST", "/tokenize", {"inputs": request.text})).body]
        most = self.limits.most_input(request)
        if most is None or len(ends) <= most:
            return self.limits.of_output(request, len(ends))
        over = len(request.text.encode()) - ends[most - 1]
        if not request.cut or over >= len(last_text(request).encode()):
            raise self.limits.too_long(request, len(ends))
        return self.limits.of_output(without_end(request, over), most)

    async def _count(self, text: str) -> int:
        return len((await self.connection.send("POST", "/tokenize", {"inputs": text})).body)

    async def _choose(self, request: Request) -> Reply:
        """Score the first token over its likely spellings; where no option is likely, once more with only the options allowed."""
        options = request.answer["options"]
        choosing = _Choosing(endpoint=self, request=replace(request, temperature=0.0, top_p=None, seed=None, stop=()))
        first = await choosing.first(None)
        if not split(first, options).total:
            # Under this grammar the server renormalises over the options' own tokens.
            first = await choosing.first({"type": "regex", "value": "|".join(re.escape(option) for option in options)})
        scores = await option_scores(choosing, options, first)
        best = max(scores, key=lambda option: scores[option])
        known = math.isfinite(scores[best])
        return Reply(
            text=best if known else "",
            finish="stop",
            logprob=scores[best] if known else None,
            choices=scores,
            tokens_in=choosing.tokens_in,
            tokens_out=choosing.tokens_out,
            queued=choosing.queued,
        )

    async def _held(self, request: Request) -> Reply:
        """Return an answer held to the form of its type; where the server refuses forms and answers without, no more are sent."""
        write = self._generate if request.messages is None else self._chat
        try:
            return await write(request)
        except EndpointError as problem:
            if self._grammar(request) is None or problem.retry or problem.gone:
                raise
            reply = await write(replace(request, answer={"kind": "text"}))
            self.guides = False
            return reply

    def _grammar(self, request: Request) -> dict[str, Any] | None:
        return tgi_grammar(form_for(request)) if self.guides else None

    async def _chat(self, request: Request) -> Reply:
        body = {**_chat_body(request, self._grammar(request), self.adapter), "max_tokens": request.max_output, "logprobs": True}
        if worth_watching(request):
            return await self._watched("/v1/chat/completions", {**body, "stream": True, "stream_options": {"include_usage": True}}, request, completed)
        answer = await self.connection.send("POST", "/v1/chat/completions", body)
        choice = answer.body["choices"][0]
        return _reply(choice["message"]["content"] or "", choice["finish_reason"], (choice.get("logprobs") or {}).get("content") or [], answer, request)

    async def _generate(self, request: Request) -> Reply:
        parameters = {**_parameters(request, self._grammar(request), self.adapter), "max_new_tokens": request.max_output}
        body = {"inputs": request.prompt, "parameters": parameters}
        if worth_watching(request):
            return await self._watched("/generate_stream", body, request, generated)
        answer = await self.connection.send("POST", "/generate", body)
        details = answer.body["details"]
        return _reply(answer.body["generated_text"], details["finish_reason"], details["tokens"], answer, request)

    async def _watched(self, path: str, body: Mapping[str, Any], request: Request, read: Callable[[Mapping[str, Any]], Piece]) -> Reply:
        """Return a long answer as far as it is worth its tokens; those of its prompt are counted where the stream does not tell them."""
        found = await watched(self.connection.stream(path, body), request, read, self.connection.where)
        read_in = found.tokens_in if found.tokens_in is not None else await counted(self._count(request.text), request)
        answer = Answer({"usage": {"prompt_tokens": read_in, "completion_tokens": found.tokens}}, {})
        reply = _reply(found.text, found.finish, [{"logprob": logprob} for logprob in found.logprobs], answer, request)
        return replace(reply, finish=found.left or reply.finish, saved=found.saved)


@dataclass(slots=True, kw_only=True)
class _Choosing:
    """The questions that one choice takes, counted."""

    endpoint: TgiEndpoint
    request: Request
    tokens_in: int = 0
    tokens_out: int = 0
    queued: float | None = None
    _rendered: str | None = None

    async def first(self, grammar: Mapping[str, Any] | None) -> dict[str, float]:
        """Return the likely first tokens of an answer."""
        if self.request.messages is None:
            return await self._after(self.request.prompt or "", grammar)
        body = {**_chat_body(self.request, grammar, self.endpoint.adapter), "max_tokens": 1, "logprobs": True, "top_logprobs": LIKELY}
        return self._told(await self.endpoint.connection.send("POST", "/v1/chat/completions", body))

    async def __call__(self, written: str, /) -> dict[str, float]:
        """Return the likely tokens after the beginning of an answer; a chat is asked for as the text that its template makes."""
        if self._rendered is None:
            self._rendered = (self.request.prompt or "") if self.request.messages is None else await self._template()
        return await self._after(self._rendered + written, None)

    async def _after(self, text: str, grammar: Mapping[str, Any] | None) -> dict[str, float]:
        parameters = {**_parameters(self.request, grammar, self.endpoint.adapter), "max_new_tokens": 1, "top_n_tokens": LIKELY}
        return self._told(await self.endpoint.connection.send("POST", "/generate", {"inputs": text, "parameters": parameters}))

    async def _template(self) -> str:
        """Return the text of a chat such that `/generate` reads the very tokens of the chat route, which begins no text twice."""
        send = self.endpoint.connection.send
        try:
            made = (await send("POST", "/chat_tokenize", _chat_body(self.request, None, self.endpoint.adapter))).body
        except EndpointError as problem:
            if problem.gone or problem.retry:
                raise
            raise CannotGoOn from None
        wanted, text = [token["id"] for token in made["tokenize_response"]], str(made["templated_text"])
        for tried in (text, text.removeprefix(made["tokenize_response"][0]["text"])):
            if [token["id"] for token in (await send("POST", "/tokenize", {"inputs": tried})).body] == wanted:
                return tried
        raise CannotGoOn

    def _told(self, answer: Answer) -> dict[str, float]:
        tokens_in, tokens_out = _tokens(answer, self.request)
        self.tokens_in, self.tokens_out, self.queued = self.tokens_in + tokens_in, self.tokens_out + tokens_out, _queued(answer)
        return _likely(answer)


def _chat_body(request: Request, grammar: Mapping[str, Any] | None, adapter: str | None) -> dict[str, Any]:
    assert request.messages is not None
    body: dict[str, Any] = {
        "model": adapter or "tgi",
        "messages": [{"role": message.role, "content": message.content} for message in request.messages],
        "temperature": request.temperature,
        "stream": False,
        "top_p": request.top_p if request.top_p is not None and request.top_p < 1 else None,
        "seed": request.seed,
        "stop": list(request.stop) or None,
        "response_format": grammar,
    }
    return {key: value for key, value in body.items() if value is not None}


def _parameters(request: Request, grammar: Mapping[str, Any] | None, adapter: str | None) -> dict[str, Any]:
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
        "adapter_id": adapter,
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
        text=text,
        finish="length" if finish == "length" else "stop",
        logprob=sum(logprobs) / len(logprobs) if logprobs else None,
        choices=None,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        queued=_queued(answer),
    )
