"""Text Generation Inference over HTTP: `/generate` for base models, the messages route for chats.

What the router enforces beside its own OpenAPI file: `parameters` must be there and say
`do_sample`, a temperature of 0 and a top_p of 1 are refused, `stop` stays in the text, 429 comes at
once and without `Retry-After` (huggingface/text-generation-inference, router/src/validation.rs).
"""

from __future__ import annotations

import asyncio
import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from synthc.runtime.endpoints.base import EndpointError, Identity, Reply, Request
from synthc.runtime.errors import InputError, OutsideFault

LIKELY = 5
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
RETRIED = frozenset({424, 500, 502, 504})
SLOW_DOWN = frozenset({429, 503})


@dataclass(slots=True, kw_only=True)
class TgiEndpoint:
    """One server. `remote` is false for an address of this machine, which may see a simulation."""

    name: str
    url: str
    timeout: float
    token: str | None = None
    _session: aiohttp.ClientSession | None = None
    _info: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        """Refuse an address that is neither https nor of this machine."""
        parts = urlsplit(self.url)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise InputError(f"endpoint `{self.name}`: {self.url} is not encrypted; use https, or an address of this machine")

    @property
    def remote(self) -> bool:
        """Whether requests leave this machine."""
        return urlsplit(self.url).hostname not in LOOPBACK

    async def identity(self) -> Identity:
        """Ask `/info` which model answers."""
        info = await self._about()
        server = f"tgi {info.get('version', '')}".strip()
        return Identity(model=str(info.get("model_id")), revision=str(info.get("model_sha") or ""), server=server)

    async def answer(self, request: Request) -> Reply:
        """Return the answer; of a choice with a log-probability for each option."""
        if request.answer["kind"] == "choice":
            return await self._choose(request)
        if request.messages is not None:
            return await self._chat(request)
        return await self._generate(request)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _about(self) -> Mapping[str, Any]:
        if self._info is None:
            try:
                self._info = await self._call("GET", "/info", None)
            except EndpointError as problem:
                raise OutsideFault(f"{problem}; start the server, or point elsewhere with `--endpoint {self.name}=tgi:URL`") from None
        return self._info

    async def _choose(self, request: Request) -> Reply:
        """Score the first token over its likely spellings; options that share it, or are not likely, by their full text."""
        if request.messages is not None:
            body = {**self._chat_body(request), "max_tokens": 1, "logprobs": True, "top_logprobs": LIKELY}
            found = await self._call("POST", "/v1/chat/completions", body)
            entry = found["choices"][0]["logprobs"]["content"][0]
            likely = {top["token"]: top["logprob"] for top in entry["top_logprobs"]}
            usage = found.get("usage") or {}
        else:
            parameters = {**self._parameters(request), "max_new_tokens": 1, "do_sample": False, "details": True, "top_n_tokens": LIKELY}
            parameters.pop("temperature", None)
            found = await self._call("POST", "/generate", {"inputs": request.prompt, "parameters": parameters})
            likely = {top["text"]: top["logprob"] for top in found["details"]["top_tokens"][0]}
            usage = {"completion_tokens": 1}
        scores = first_token_scores(likely, request.answer["options"])
        best = max(scores, key=lambda option: scores[option])
        return Reply(
            text=best if math.isfinite(scores[best]) else "",
            finish="stop",
            logprob=scores[best] if math.isfinite(scores[best]) else None,
            choices=scores,
            tokens_in=int(usage.get("prompt_tokens", 0)),
            tokens_out=int(usage.get("completion_tokens", 1)),
        )

    async def _chat(self, request: Request) -> Reply:
        body = {**self._chat_body(request), "max_tokens": request.max_output, "logprobs": True}
        found = await self._call("POST", "/v1/chat/completions", body)
        choice = found["choices"][0]
        tokens = ((choice.get("logprobs") or {}).get("content")) or []
        usage = found.get("usage") or {}
        return Reply(
            text=_without_stop(choice["message"]["content"] or "", request.stop),
            finish="length" if choice["finish_reason"] == "length" else "stop",
            logprob=sum(t["logprob"] for t in tokens) / len(tokens) if tokens else None,
            choices=None,
            tokens_in=int(usage.get("prompt_tokens", 0)),
            tokens_out=int(usage.get("completion_tokens", len(tokens))),
        )

    async def _generate(self, request: Request) -> Reply:
        parameters = {**self._parameters(request), "max_new_tokens": request.max_output, "details": True}
        found = await self._call("POST", "/generate", {"inputs": request.prompt, "parameters": parameters})
        details = found["details"]
        logprobs = [token["logprob"] for token in details["tokens"] if token["logprob"] is not None]
        return Reply(
            text=_without_stop(found["generated_text"], request.stop),
            finish="length" if details["finish_reason"] == "length" else "stop",
            logprob=sum(logprobs) / len(logprobs) if logprobs else None,
            choices=None,
            tokens_in=len(details.get("prefill") or []),
            tokens_out=int(details["generated_tokens"]),
        )

    def _chat_body(self, request: Request) -> dict[str, Any]:
        assert request.messages is not None
        body: dict[str, Any] = {
            "model": "tgi",
            "messages": [{"role": m.role, "content": m.content} for m in request.messages],
            "temperature": request.temperature,
            "stream": False,
        }
        if request.top_p is not None and request.top_p < 1:
            body["top_p"] = request.top_p
        if request.seed is not None:
            body["seed"] = request.seed
        if request.stop:
            body["stop"] = list(request.stop)
        grammar = _schema(request.answer)
        if grammar is not None:
            body["response_format"] = {"type": "json_object", "value": grammar}
        return body

    def _parameters(self, request: Request) -> dict[str, Any]:
        sampled = request.temperature > 0
        parameters: dict[str, Any] = {"do_sample": sampled, "return_full_text": False}
        if sampled:
            parameters |= {"temperature": request.temperature, "seed": request.seed}
            if request.top_p is not None and request.top_p < 1:
                parameters["top_p"] = request.top_p
        if request.stop:
            parameters["stop"] = list(request.stop)
        if request.cut and request.max_input is not None:
            parameters["truncate"] = request.max_input
        grammar = _schema(request.answer)
        if grammar is not None:
            parameters["grammar"] = {"type": "json", "value": grammar}
        return parameters

    async def _call(self, method: str, path: str, body: Mapping[str, Any] | None) -> Any:
        """Send one request and return the decoded answer, or raise what can be done about it."""
        if self._session is None:
            headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0), headers=headers, timeout=aiohttp.ClientTimeout(total=self.timeout)
            )
        where = f"endpoint `{self.name}` at {self.url}"
        try:
            async with self._session.request(method, self.url.rstrip("/") + path, json=body) as response:
                text = await response.text()
                if response.status != 200:
                    raise _refusal(response.status, text, response.headers.get("Retry-After"), where)
                return json.loads(text)
        except aiohttp.ClientConnectorError:
            raise EndpointError(f"{where} is not answering (nobody listens)", retry=True, gone=True) from None
        except asyncio.TimeoutError:
            raise EndpointError(f"{where} took longer than {self.timeout:g}s", retry=True, overloaded=True) from None
        except (aiohttp.ClientError, ConnectionError) as problem:
            raise EndpointError(f"{where} broke off ({type(problem).__name__})", retry=True, gone=True) from None
        except (ValueError, KeyError):
            raise EndpointError(f"{where} answered with something that is not JSON", retry=True) from None


def first_token_scores(likely: Mapping[str, float], options: list[str]) -> dict[str, float]:
    """Return the log-probability of each option from those of the likely first tokens.

    Spellings that differ in case and white space count together; a token that begins two options
    counts for neither, and an option without a token has minus infinity.
    """
    scores = dict.fromkeys(options, -math.inf)
    for token, logprob in likely.items():
        word = token.strip().strip("\"'.").casefold()
        begun = [option for option in options if word and option.casefold().startswith(word)]
        if len(begun) == 1:
            scores[begun[0]] = float(math.log(math.exp(scores[begun[0]]) + math.exp(logprob)))
    return scores


def _refusal(status: int, text: str, after: str | None, where: str) -> EndpointError:
    try:
        reason = str(json.loads(text).get("error", text))
    except (ValueError, AttributeError):
        reason = text.strip()
    message = f"{where} answered {status}" + (f": {reason[:300]}" if reason else "")
    wait = float(after) if after and after.replace(".", "", 1).isdigit() else None
    return EndpointError(message, retry=status in SLOW_DOWN | RETRIED, overloaded=status in SLOW_DOWN, after=wait)


def _schema(answer: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the JSON schema that constrains an answer, None where its text is free."""
    kind = answer["kind"]
    if kind == "record":
        return {"type": "object", "properties": {n: _any(t) for n, t in answer["fields"].items()}, "required": list(answer["fields"])}
    return None


def _any(of: Mapping[str, Any]) -> dict[str, Any]:
    kinds = {"text": "string", "int": "integer", "float": "number", "bool": "boolean"}
    if of["kind"] == "choice":
        return {"type": "string", "enum": list(of["options"])}
    if of["kind"] == "list":
        return {"type": "array", "items": _any(of["of"])}
    return _schema(of) or {"type": kinds.get(of["kind"], "string")}


def _without_stop(text: str, stops: tuple[str, ...]) -> str:
    for stop in stops:
        if text.endswith(stop):
            return text[: -len(stop)]
    return text


def secret(variable: str, endpoint: str) -> str:
    """Return a secret from the environment; it is written nowhere."""
    value = os.environ.get(variable)
    if not value:
        raise InputError(f"endpoint `{endpoint}` needs the secret `{variable}`; set that environment variable")
    return value
