"""A server that enforces what the router of Text Generation Inference enforces, with a toy for a model.

Rules after huggingface/text-generation-inference, router/src/{server,validation,lib}.rs.
"""

from __future__ import annotations

import asyncio
import json
import math
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

MAX_INPUT, MAX_TOTAL, MAX_STOPS, MAX_TOP_N = 200, 300, 4, 5
WORD = re.compile(r"\s*\S+")


@dataclass(slots=True, kw_only=True)
class TgiServer:
    """The toy writes `text`; its first token has the probabilities of `likely`, which a grammar masks.

    `then` has the likely tokens after what ends in a text; without a `template` no chat is shown as text;
    with `begins` a token stands before every text.
    `faults` are used up one a request: a status, or `reset`, `cut`, `garbage`, `stall`, `list`.
    """

    text: str = "hello"
    likely: dict[str, float] = field(default_factory=lambda: {"Yes": 0.5, " yes": 0.1, "no": 0.2, "The": 0.2})
    then: dict[str, dict[str, float]] = field(default_factory=dict)
    template: bool = True
    begins: bool = False
    model: str = "abc"
    grammars: bool = True
    broken_off: int = 0
    permits: int = 128
    key: str | None = None
    faults: list[Any] = field(default_factory=list)
    seen: list[tuple[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    busy: int = 0
    refused: int = 0
    work: float = 0.0
    after: str | None = None
    port: int = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[TgiServer]:
        """Listen on a free port of this machine."""
        app = web.Application(client_max_size=2_000_000)
        app.router.add_get("/info", self._info)
        app.router.add_get("/health", self._health)
        app.router.add_get("/metrics", self._metrics)
        for path in ("/generate", "/generate_stream", "/v1/chat/completions", "/tokenize", *(["/chat_tokenize"] if self.template else [])):
            app.router.add_post(path, self._post)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self.port)
        await site.start()
        self.port = runner.addresses[0][1]
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _info(self, _: web.Request) -> web.Response:
        return web.json_response({"model_id": "toy", "model_sha": self.model, "version": "3.3.6", "max_concurrent_requests": self.permits, "max_input_tokens": MAX_INPUT, "max_total_tokens": MAX_TOTAL, "max_stop_sequences": MAX_STOPS})

    async def _health(self, _: web.Request) -> web.Response:
        return web.Response()

    async def _metrics(self, _: web.Request) -> web.Response:
        return web.Response(text='# TYPE tgi_queue_size gauge\ntgi_queue_size 1\ntgi_batch_current_size 3\ntgi_request_count{method="x"} 9\n')

    async def _post(self, request: web.Request) -> web.StreamResponse:
        self.headers.append(dict(request.headers))
        if self.key is not None and request.headers.get("Authorization", "").lower() != f"bearer {self.key}".lower():
            return web.Response(status=401)
        if self.faults:
            return await self._fault(self.faults.pop(0), request)
        try:
            body = json.loads(await request.text())
        except ValueError:
            return web.Response(status=400, text="Failed to parse the request body as JSON")
        self.seen.append((request.path, body))
        if request.path == "/tokenize":
            return web.json_response(tokenized(("<s>" if self.begins else "") + body["inputs"]))
        if request.path == "/chat_tokenize":
            said = "<s>" + " ".join(message["content"] for message in body["messages"])
            return web.json_response({"tokenize_response": tokenized(said), "templated_text": said})
        if self.busy >= self.permits:
            self.refused += 1
            return error(429, "Model is overloaded", "overloaded")
        self.busy += 1
        try:
            await asyncio.sleep(self.work)
            if request.path == "/generate_stream":
                return await self._stream(body, request)
            if body.get("stream"):
                return await self._stream_chat(body, request)
            return self._generate(body) if request.path == "/generate" else self._chat(body)
        except Refused as problem:
            return error(422, str(problem), "validation")
        finally:
            self.busy -= 1

    async def _fault(self, fault: Any, request: web.Request) -> web.StreamResponse:
        kinds = {424: "generation", 429: "overloaded", 500: "incomplete_generation", 503: "healthcheck", 422: "validation"}
        if fault in kinds:
            headers = {"Retry-After": self.after} if self.after else {}
            return error(fault, f"Request failed {request.headers.get('Authorization', '')}", kinds[fault], headers)
        if fault == "text/plain":
            return web.Response(status=422, text="Failed to deserialize the JSON body into the target type")
        if fault == "redirect":
            return web.Response(status=307, headers={"Location": "http://example.org/generate"})
        if fault == "garbage":
            return web.Response(text="<html>hi</html>", content_type="text/html")
        if fault == "list":
            return web.json_response([{"generated_text": "x"}])
        if fault == "stall":
            await asyncio.sleep(30)
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        if fault == "cut":
            await response.prepare(request)
            await response.write(b'{"generated_text": "hel')
        assert request.transport is not None
        request.transport.abort()
        return response

    def _generate(self, body: dict[str, Any]) -> web.Response:
        need(body.get("parameters") is not None, "the test double wants `parameters`, without which TGI samples")
        parameters: dict[str, Any] = body["parameters"]
        need("do_sample" in parameters, "the test double wants `do_sample`, without which TGI is greedy")
        need(parameters.get("temperature", 1.0) > 0, "`temperature` must be strictly positive")
        need(parameters["do_sample"] or not parameters.keys() & {"temperature", "top_p", "seed"}, "the test double wants no sampling settings when greedy")
        self._check(parameters, body["inputs"], parameters.get("max_new_tokens", 100), parameters.get("top_n_tokens", 0), parameters.get("grammar"))
        text, finish, tokens = self._write(parameters.get("max_new_tokens", 100), parameters.get("grammar"))
        answer: dict[str, Any] = {"generated_text": text}
        if parameters.get("details"):
            answer["details"] = {"finish_reason": finish, "generated_tokens": len(tokens), "seed": parameters.get("seed"), "prefill": [], "tokens": tokens}
            if parameters.get("top_n_tokens"):
                answer["details"]["top_tokens"] = [[{"id": 0, "text": t, "logprob": p} for t, p in self._top(parameters.get("grammar"), body["inputs"])]]
        return web.json_response(answer, headers={"x-prompt-tokens": str(words(body["inputs"])), "x-generated-tokens": str(len(tokens))})

    async def _stream(self, body: dict[str, Any], request: web.Request) -> web.StreamResponse:
        text, finish, tokens = self._write(body["parameters"]["max_new_tokens"], None)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        try:
            for number, token in enumerate(tokens, 1):
                last = {"generated_text": text, "details": {"finish_reason": finish, "generated_tokens": number, "seed": None}} if number == len(tokens) else {}
                await response.write(f"data:{json.dumps({'index': number, 'token': token, 'generated_text': None, 'details': None, **last})}\n\n".encode())
                await asyncio.sleep(0.0005)
        except ConnectionError:
            self.broken_off = number
        return response

    async def _stream_chat(self, body: dict[str, Any], request: web.Request) -> web.StreamResponse:
        _, finish, tokens = self._write(body["max_tokens"], body.get("response_format"))
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        try:
            for number, token in enumerate(tokens, 1):
                choice = {"delta": {"content": token["text"]}, "logprobs": {"content": [{"token": token["text"], "logprob": token["logprob"]}]}}
                await response.write(f"data: {json.dumps({'choices': [{**choice, 'finish_reason': finish if number == len(tokens) else None}]})}\n\n".encode())
                await asyncio.sleep(0.0005)
            read = words(" ".join(message["content"] for message in body["messages"]))
            await response.write(f"data: {json.dumps({'choices': [], 'usage': {'prompt_tokens': read, 'completion_tokens': len(tokens)}})}\n\ndata: [DONE]\n\n".encode())
        except ConnectionError:
            self.broken_off = number
        return response

    def _chat(self, body: dict[str, Any]) -> web.Response:
        text = " ".join(message["content"] for message in body["messages"])
        need(body.get("temperature", 1.0) >= 0, "`temperature` must be positive")
        grammar = body.get("response_format")
        self._check(body, text, body.get("max_tokens", 100), body.get("top_logprobs", 0), grammar)
        written, finish, tokens = self._write(body.get("max_tokens", 100), grammar)
        content = [{"token": t["text"], "logprob": t["logprob"], "top_logprobs": [{"token": a, "logprob": p} for a, p in self._top(grammar)]} for t in tokens]
        choice = {"index": 0, "message": {"role": "assistant", "content": written}, "finish_reason": finish, "logprobs": {"content": content} if body.get("logprobs") else None}
        return web.json_response({"choices": [choice], "usage": {"prompt_tokens": words(text) + 3, "completion_tokens": len(tokens)}})

    def _check(self, body: dict[str, Any], text: str, new: int, top_n: int, grammar: Any) -> None:
        need(body.get("top_p") is None or 0 < body["top_p"] < 1, "`top_p` must be > 0.0 and < 1.0")
        need(body.get("seed") is None or 0 <= body["seed"] < 2**64, "`seed` must be u64")
        need(len(body.get("stop") or []) <= MAX_STOPS, f"`stop` supports up to {MAX_STOPS} stop sequences")
        need(new > 0, "`max_new_tokens` must be strictly positive")
        need(top_n <= MAX_TOP_N, f"`top_n_tokens` must be >= 0 and <= {MAX_TOP_N}")
        need(text != "", "`inputs` cannot be empty")
        need(words(text) <= MAX_INPUT, f"`inputs` must have less than {MAX_INPUT} tokens. Given: {words(text)}")
        need(words(text) + new <= MAX_TOTAL, f"`inputs` tokens + `max_new_tokens` must be <= {MAX_TOTAL}")
        need(grammar is None or self.grammars, "grammar is not supported")
        need(grammar is None or grammar["type"] != "json" or "properties" in grammar["value"], "Grammar must have a 'properties' field")

    def _top(self, grammar: Any, text: str = "") -> list[tuple[str, float]]:
        """Return the most likely first tokens, renormalised over what a regex of alternatives allows."""
        likely = next((tokens for end, tokens in self.then.items() if text.endswith(end)), self.likely)
        if grammar is not None and grammar["type"] == "regex":
            options = [re.sub(r"\\(.)", r"\1", option) for option in grammar["value"].split("|")]
            allowed = {token: p for token, p in likely.items() if any(option.startswith(token) for option in options)}
            likely = {token: p / sum(allowed.values()) for token, p in allowed.items()}
        top = sorted(likely.items(), key=lambda pair: -pair[1])[:MAX_TOP_N]
        return [(token, math.log(p)) for token, p in top]

    def _write(self, most: int, grammar: Any) -> tuple[str, str, list[dict[str, Any]]]:
        text = json.dumps(dict.fromkeys(grammar["value"]["properties"], "x")) if grammar and grammar["type"] == "json" else self.text
        tokens = WORD.findall(text)
        finish = "length" if len(tokens) > most else "stop_sequence" if text.endswith("###") else "eos_token"
        return "".join(tokens[:most]), finish, [{"id": 0, "text": t, "logprob": -0.5, "special": False} for t in tokens[:most]]


class Refused(Exception):
    """What the router answers with 422."""


def need(holds: bool, message: str) -> None:  # noqa: FBT001
    """Refuse what does not hold."""
    if not holds:
        raise Refused(f"Input validation error: {message}")


def tokenized(text: str) -> list[dict[str, Any]]:
    """Return the tokens of a text that begins with the special one, which has no place in it."""
    rest = text.removeprefix("<s>")
    found = [{"id": hash(m[0]) % 1000, "text": m[0], "start": m.start(), "stop": m.end()} for m in WORD.finditer(rest)]
    return found if rest == text else [{"id": 1, "text": "<s>", "start": 0, "stop": 0}, *found]


def words(text: str) -> int:
    """Return the number of tokens of the toy."""
    return len(WORD.findall(text))


def error(status: int, message: str, kind: str, headers: dict[str, str] | None = None) -> web.Response:
    """Return an error as TGI words it."""
    return web.json_response({"error": message, "error_type": kind}, status=status, headers=headers)
