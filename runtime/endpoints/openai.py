"""Servers with OpenAI's routes: `/v1/completions` for base models, `/v1/chat/completions` for chats."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from synthc.runtime.endpoints.base import EndpointError, Identity, Reply, Request
from synthc.runtime.endpoints.connection import Connection
from synthc.runtime.endpoints.dialect import OTHER, Dialect, dialect_of
from synthc.runtime.endpoints.first_token import CannotGoOn, option_scores, split
from synthc.runtime.endpoints.guided import Form, form_for
from synthc.runtime.endpoints.limits import TEMPLATE, Limits, last_text, without_end
from synthc.runtime.endpoints.openai_answer import Said, said_in
from synthc.runtime.endpoints.same_model import same_model
from synthc.runtime.endpoints.stops import until_stop
from synthc.runtime.endpoints.watching import ENOUGH, completed, counted, watched, worth_watching
from synthc.runtime.errors import InputError

CHAT, TEXT = "/v1/chat/completions", "/v1/completions"
COUNTED_AS = {"vLLM": "prompt", "SGLang": "prompt", "llama.cpp": "content", "TGI": "inputs"}
"""What `/tokenize` calls a text at each server that has it."""
CUTS = 6
"""Tries to cut a text to its length, each closer than the one before."""


@dataclass(slots=True, kw_only=True)
class OpenaiEndpoint:
    """One server, which of its models answers, and in which dialect it is asked.

    `server` is what the spec says that it is; `guides` is false of one that has refused to hold an answer to a form.
    """

    connection: Connection
    model: str | None = None
    server: str | None = None
    dialect: Dialect = OTHER
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
        """Ask, once, which server this is and which of its models answers."""
        if self._identity is None:
            try:
                self._identity = await self.look()
            except EndpointError as problem:
                raise self.connection.unknown(problem, "openai") from None
        return self._identity

    async def answer(self, request: Request) -> Reply:
        """Return the answer; of a choice with a log-probability for each option."""
        known = await self.identity()
        if self._lost:
            same_model(self.connection.where, known, await self.look())
            self._lost = False
        try:
            with self.connection.reading():
                sent = await self._fitted(request)
                if request.answer["kind"] == "choice":
                    return await self._choose(sent)
                said = await self._held({"max_tokens": sent.max_output, **self._decoding(sent)}, sent)
        except EndpointError as problem:
            self._lost = self._lost or problem.gone
            raise
        known_tokens = [logprob for logprob in said.logprobs if logprob is not None]
        mean = sum(known_tokens) / len(known_tokens) if known_tokens else None
        finish = said.finish if said.finish in {"length", ENOUGH} else "stop"
        return Reply(text=until_stop(said.text, request.stop), finish=finish, logprob=mean, choices=None, tokens_in=said.tokens_in, tokens_out=said.tokens_out, saved=said.saved)

    async def first_piece(self, text: str) -> object:
        """Return the first token of a text, its first two characters where the server does not tell tokens."""
        key = COUNTED_AS.get(self.dialect.name)
        if key is None:
            return text.strip()[:2]
        with self.connection.reading():
            told = (await self.connection.send("POST", "/tokenize", {"model": self.model, key: text, "add_special_tokens": False})).body
            if isinstance(told, list):
                return next((token["id"] for token in told if token["stop"] > token["start"]), text[:1])
            return told["tokens"][0]

    async def count(self, request: Request) -> int | None:
        """Return how many tokens a question has, as the server counts them; None of one that doesn't tell."""
        await self.identity()
        if self.dialect.name not in COUNTED_AS:
            return None
        with self.connection.reading():
            if request.messages is not None and self.dialect.name == "vLLM":
                messages = [{"role": one.role, "content": one.content} for one in request.messages]
                return int((await self.connection.send("POST", "/tokenize", {"model": self.model, "messages": messages})).body["count"])
            return await self._count(request.text) + TEMPLATE * len(request.messages or ())

    async def close(self) -> None:
        """Close the connections."""
        await self.connection.close()

    async def say(self, body: Mapping[str, Any], request: Request, written: str = "") -> Said:
        """Return what the server says to a request, or to go on behind what is written already."""
        tell = {"logprobs": True} if request.messages is not None and self.dialect.likely else {}
        whole: dict[str, Any] = {"model": self.model, **tell, **body}
        if request.messages is None:
            whole["prompt"] = (request.prompt or "") + written
            if self.dialect.likely and self.dialect.completes:
                whole.setdefault("logprobs", 1)
        else:
            whole["messages"] = [{"role": one.role, "content": one.content} for one in request.messages]
        if written and request.messages is not None:
            if self.dialect.goes_on is None:
                raise CannotGoOn
            whole["messages"].append({"role": "assistant", "content": written})
            whole |= self.dialect.goes_on
        path = TEXT if request.messages is None else CHAT
        if whole["max_tokens"] == request.max_output and self.dialect.streams is not None and worth_watching(request):
            return await self._watched(path, {**whole, **self.dialect.streams}, request)
        return said_in((await self.connection.send("POST", path, whole)).body, request)

    async def _watched(self, path: str, body: Mapping[str, Any], request: Request) -> Said:
        """Return a long answer as far as it is worth its tokens; those of its prompt are counted where the stream does not tell them."""
        found = await watched(self.connection.stream(path, body), request, completed, self.connection.where)
        read = found.tokens_in if found.tokens_in is not None else await counted(self._count(request.text), request)
        finish = found.left or found.finish
        return Said(text=found.text, finish=finish, pieces=(), logprobs=found.logprobs, places=(), likely=(), tokens_in=read, tokens_out=found.tokens, saved=found.saved)

    async def _held(self, body: Mapping[str, Any], request: Request) -> Said:
        """Return what is said, held to the form of its type; where the server refuses forms and answers without, no more are sent."""
        grammar = self.dialect.grammar(form_for(request)) if self.guides else {}
        try:
            return await self.say({**body, **grammar}, request)
        except EndpointError as problem:
            if not grammar or problem.retry or problem.gone:
                raise
            said = await self.say(body, request)
            self.guides = False
            return said

    async def look(self) -> Identity:
        """Ask again which model answers."""
        with self.connection.reading():
            self.dialect = await dialect_of(self.connection, self.server)
            listed = await self.connection.ask("/v1/models")
            entries = {str(one["id"]): one for one in listed["data"]} if isinstance(listed, Mapping) else {}
            self.model = self._chosen(list(entries))
            entry = entries.get(self.model, {})
        told = self.dialect.told
        total = entry.get("max_model_len") or told.get("max_total_tokens") or (told.get("default_generation_settings") or {}).get("n_ctx")
        self.limits = Limits(input=told.get("max_input_tokens"), total=total, stops=told.get("max_stop_sequences"))
        self.at_once = told.get("max_concurrent_requests") or told.get("total_slots")
        revision = str(told.get("model_sha") or told.get("model_path") or entry.get("root") or "")
        return Identity(model=self.model, revision=revision, server=f"{self.dialect.name} {self.dialect.version}".strip())

    def _chosen(self, models: Sequence[str]) -> str:
        """Return the model that answers: what the spec says, or the only one."""
        named = ", ".join(f"`{model}`" for model in models[:10])
        if self.model is None and len(models) != 1:
            problem = f"has several models ({named})" if models else "does not list its models"
            raise InputError(f"{self.connection.where} {problem}; say which with `openai(..., model = \"NAME\")`")
        if self.model is not None and models and self.model not in models:
            raise InputError(f"{self.connection.where} has no model `{self.model}`; it has {named}")
        return self.model or models[0]

    async def _choose(self, request: Request) -> Reply:
        options = request.answer["options"]
        if not self.dialect.likely or (request.messages is None and not self.dialect.completes):
            raise self._tells_nothing()
        choosing = _Choosing(endpoint=self, request=replace(request, temperature=0.0, top_p=None, seed=None, stop=()))
        scores = await option_scores(choosing, options, await choosing(""))
        if max(scores.values()) == -math.inf:
            scores = await choosing.unlikely(options)
        best = max(scores, key=lambda option: scores[option])
        known = math.isfinite(scores[best])
        return Reply(text=best if known else "", finish="stop", logprob=scores[best] if known else None, choices=scores, tokens_in=choosing.tokens_in, tokens_out=choosing.tokens_out)

    def _tells_nothing(self) -> InputError:
        """Return the error that a choice can't be scored here, which holds for every row and so stops the run."""
        text = " for a text to complete" if not self.dialect.completes else ""
        instead = "declare it with `tgi(...)`" if self.dialect.name == "TGI" else "ask vLLM, SGLang, llama.cpp or TGI, or let the answer be `text`"
        return InputError(f"{self.connection.where} ({self.dialect.name}) tells no probabilities{text}, which a choice is read from; {instead}")

    def _decoding(self, request: Request) -> dict[str, Any]:
        body = {
            "temperature": request.temperature,
            "top_p": request.top_p if request.top_p is not None and request.top_p < 1 else None,
            "seed": request.seed & self.dialect.largest_seed if request.seed is not None else None,
            "stop": list(request.stop[: self.limits.stops]) or None,
        }
        return {key: value for key, value in body.items() if value is not None}

    async def _fitted(self, request: Request) -> Request:
        """Return a request that fits, its last message cut at the end if it may be."""
        most = self.limits.most_input(request)
        if most is None or self.limits.surely_fits(request):
            return request
        tokens = counted = await self._count(request.text)
        for _ in range(CUTS):
            if tokens <= most:
                return self.limits.of_output(request, tokens)
            size = len(request.text.encode())
            over = max(1, size - int(size * most / tokens * 0.98))
            if not request.cut or over >= len(last_text(request).encode()):
                break
            request = without_end(request, over)
            tokens = await self._count(request.text)
        raise self.limits.too_long(request, counted)

    async def _count(self, text: str) -> int:
        """Return how many tokens a text has: as the server counts, else a guess from its length."""
        key = COUNTED_AS.get(self.dialect.name)
        if key is None:
            return len(text.encode()) // 4 + 1
        told = (await self.connection.send("POST", "/tokenize", {"model": self.model, key: text})).body
        return len(told) if isinstance(told, list) else int(told.get("count") or len(told["tokens"]))


@dataclass(slots=True, kw_only=True)
class _Choosing:
    """The questions that one choice takes, counted."""

    endpoint: OpenaiEndpoint
    request: Request
    tokens_in: int = 0
    tokens_out: int = 0

    async def unlikely(self, options: Sequence[str]) -> dict[str, float]:
        """Return the scores of options none of which begins with a likely token.

        A text is read with each option at its end. Where that can't be, the answer is held to the options:
        a server that tells probabilities behind its grammar (SGLang, TGI) tells those of the options then, and one
        that tells them before it (vLLM, llama.cpp) those of each option's own tokens, one question for each.
        """
        dialect = self.endpoint.dialect
        if dialect.reads_back and self.request.messages is None:
            return {option: await self.read_back(option) for option in options}
        if not dialect.grammar(Form(options=options)):
            return dict.fromkeys(options, -math.inf)
        first = await self.likely("", Form(options=options))
        if split(first, options).total:
            return await option_scores(self, options, first)
        return {option: await self.forced(option) for option in options}

    async def forced(self, option: str) -> float:
        """Return the log-probability of the tokens of an option, which alone is allowed."""
        said = self._counted(await self.endpoint.say({"max_tokens": len(option.encode()), "temperature": 0.0, "logprobs": True if self.request.messages is not None else 1, **self.endpoint.dialect.grammar(Form(options=[option]))}, self.request))
        total, written = 0.0, ""
        for piece, logprob in zip(said.pieces, said.logprobs, strict=False):
            if written.strip() == option or logprob is None:
                break
            total, written = total + logprob, written + piece
        return total if written.strip() == option else -math.inf

    async def __call__(self, written: str, /) -> Mapping[str, float]:
        """Return the likely tokens after what is written."""
        return await self.likely(written, None)

    async def likely(self, written: str, form: Form | None) -> Mapping[str, float]:
        """Return the likely tokens after what is written, of those that a form allows."""
        likely = self.endpoint.dialect.likely
        tell = {"logprobs": likely} if self.request.messages is None else {"logprobs": True, "top_logprobs": likely}
        said = self._counted(await self.endpoint.say({"max_tokens": 1, "temperature": 0.0, **tell, **self.endpoint.dialect.grammar(form)}, self.request, written))
        if not said.likely:
            raise self.endpoint._tells_nothing()
        return said.likely[0]

    async def read_back(self, option: str) -> float:
        """Return the log-probability of an option as the end of the text, by which its tokens are read and not written."""
        prompt = self.request.prompt or ""
        written = option if prompt[-1:].isspace() else f" {option}"
        said = self._counted(await self.endpoint.say({"max_tokens": 1, "temperature": 0.0, "echo": True, "logprobs": 1}, self.request, written))
        of_option = [logprob for place, logprob in zip(said.places, said.logprobs, strict=True) if len(prompt) <= place < len(prompt + written)]
        return sum(logprob for logprob in of_option if logprob is not None) if of_option else -math.inf

    def _counted(self, said: Said) -> Said:
        self.tokens_in, self.tokens_out = self.tokens_in + said.tokens_in, self.tokens_out + said.tokens_out
        return said
