"""A toy with OpenAI's routes that behaves as one of the servers that have them: vLLM, SGLang, llama.cpp, TGI, transformers serve."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.runtime.endpoints.tgi_server import WORD, words

ROUTES: Mapping[str, Mapping[str, Any]] = {
    "vllm": {"/version": {"version": "0.14.0"}},
    "old vllm": {"/version": {"version": "0.10.1"}},
    "sglang": {"/get_model_info": {"model_path": "org/toy", "is_generation": True}},
    "llama.cpp": {"/props": {"default_generation_settings": {"n_ctx": 300}, "total_slots": 4, "build_info": "b1", "model_path": "toy.gguf"}},
    "tgi": {"/info": {"model_id": "toy", "model_sha": "abc", "version": "3.3.6", "max_total_tokens": 300}},
    "transformers": {"/openapi.json": {"paths": {"/load_model": {}}}},
    "other": {},
}
"""What tells each from the others."""


@dataclass(slots=True, kw_only=True)
class OpenaiServer:
    """The toy writes `text`; `likely` are its first tokens, `then` those after what ends in a text.

    Under a grammar, `allowed` are the likely tokens of one that tells them behind it, `forced` the tokens of each option that
    alone is allowed. What has the key `refuses` is answered with 400. One that is `endless` tells no end of what it streams.
    """

    kind: str = "vllm"
    text: str = "hello"
    likely: dict[str, float] = field(default_factory=lambda: {"Yes": 0.5, " yes": 0.1, "no": 0.2, "The": 0.2})
    then: dict[str, dict[str, float]] = field(default_factory=dict)
    read: dict[str, float] = field(default_factory=dict)
    allowed: dict[str, float] = field(default_factory=dict)
    forced: dict[str, list[tuple[str, float]]] = field(default_factory=dict)
    refuses: str | None = None
    endless: bool = False
    models: tuple[str, ...] = ("toy",)
    key: str | None = None
    seen: list[tuple[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[OpenaiServer]:
        """Listen on a free port of this machine."""
        app = web.Application()
        told: dict[str, Any] = {**ROUTES[self.kind], "/v1/models": {"data": [{"id": model, "max_model_len": 300} for model in self.models]}}

        async def tell(request: web.Request) -> web.Response:
            return web.json_response(told[request.path])

        for path in told:
            app.router.add_get(path, tell)
        for path in ("/v1/completions", "/v1/chat/completions", "/tokenize"):
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

    async def _post(self, request: web.Request) -> web.StreamResponse:
        self.headers.append(dict(request.headers))
        if self.key is not None and request.headers.get("Authorization") != f"Bearer {self.key}":
            return web.json_response({"error": {"message": f"wrong key {request.headers.get('Authorization')}", "type": "auth"}}, status=401)
        body = await request.json()
        self.seen.append((request.path, body))
        if request.path == "/tokenize":
            if "messages" in body:
                return web.json_response({"count": 7 + words(" ".join(message["content"] for message in body["messages"]))})
            read = next(str(body[key]) for key in ("prompt", "content", "inputs") if key in body)
            told = [{"id": 0, "start": 0, "stop": 1} for _ in WORD.findall(read)] if "inputs" in body else {"tokens": WORD.findall(read), **({"count": words(read)} if "prompt" in body else {})}
            return web.json_response(told)
        if self.refuses in body:
            return web.json_response({"error": {"message": "no"}}, status=400)
        chat = "messages" in body
        read = "\n\n".join(message["content"] for message in body["messages"]) if chat else body["prompt"]
        tokens = WORD.findall(self.text)[: body["max_tokens"]]
        alone = self._alone(body)
        if alone:
            content = [{"token": token, "logprob": math.log(p)} for token, p in alone]
            choice = {"message": {"content": "".join(token for token, _ in alone)}, "logprobs": {"content": content}, "finish_reason": "stop"}
            return web.json_response({"choices": [choice], "usage": {"prompt_tokens": words(read), "completion_tokens": len(alone)}})
        finish = "length" if len(tokens) < words(self.text) else "stop"
        likely = None if self.kind == "transformers" or not body.get("logprobs") else self._told(tokens, read, body, chat=chat)
        written = {"message": {"role": "assistant", "content": "".join(tokens)}} if chat else {"text": "".join(tokens)}
        if body.get("stream"):
            return await self._stream(request, tokens, finish, body, words(read))
        choice = {"index": 0, **written, "logprobs": likely, "finish_reason": finish}
        return web.json_response({"choices": [choice], "usage": {"prompt_tokens": words(read), "completion_tokens": len(tokens)}})

    async def _stream(self, request: web.Request, tokens: list[str], finish: str, body: dict[str, Any], read: int) -> web.StreamResponse:
        """Write an answer token by token, with counts as the server has them: with each (vLLM, SGLang), or at the end."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        options = body.get("stream_options", {})
        try:
            for number, token in enumerate(tokens, 1):
                said: dict[str, Any] = {"delta": {"content": token}} if "messages" in body else {"text": token}
                ended = finish if number == len(tokens) and not self.endless else None
                usage = {"usage": {"prompt_tokens": read, "completion_tokens": number}} if options.get("continuous_usage_stats") else {}
                await response.write(f"data: {json.dumps({'choices': [{**said, 'finish_reason': ended}], **usage})}\n\n".encode())
                await asyncio.sleep(0.0005)
            await response.write(f"data: {json.dumps({'choices': [], 'usage': {'prompt_tokens': read, 'completion_tokens': len(tokens)}})}\n\ndata: [DONE]\n\n".encode())
        except ConnectionError:
            pass
        return response

    def _alone(self, body: dict[str, Any]) -> list[tuple[str, float]]:
        """Return the tokens of an option that alone is allowed."""
        held = str(body.get("structured_outputs") or body.get("grammar") or "")
        named = [option for option in self.forced if option in held]
        return self.forced[named[0]] if len(named) == 1 else []

    def _told(self, tokens: list[str], read: str, body: dict[str, Any], *, chat: bool) -> dict[str, Any] | None:
        likely = next((found for end, found in self.then.items() if read.endswith(end)), self.likely)
        likely = self.allowed if self.allowed and {"regex", "response_format"} & set(body) else likely
        top = {token: math.log(p) for token, p in likely.items()}
        if chat or self.kind == "llama.cpp":
            listed = [{"token": token, "logprob": logprob} for token, logprob in top.items()]
            return {"content": [{"token": token, "logprob": -0.5, "top_logprobs": listed} for token in tokens]}
        if self.kind == "tgi":
            return None
        if body.get("echo"):
            option = next(option for option in self.read if read.endswith(option))
            return {"token_logprobs": [None, math.log(self.read[option]), -0.5], "text_offset": [0, len(read) - len(option), len(read)], "top_logprobs": None}
        return {"token_logprobs": [-0.5 for _ in tokens], "text_offset": [len(read)] * len(tokens), "top_logprobs": [top for _ in tokens]}
