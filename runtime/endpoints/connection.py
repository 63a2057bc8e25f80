"""Sends a request over HTTP and says of each way it can fail whether asking again may help."""

from __future__ import annotations

import json
import math
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import aiohttp

from synthc.runtime.endpoints.base import EndpointError
from synthc.runtime.errors import InputError

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
RETRIED = frozenset({424, 500, 502, 504})
SLOW_DOWN = frozenset({429, 503})
LONGEST_AFTER = 300.0


class Answer(NamedTuple):
    """The decoded body and the headers."""

    body: Any
    headers: Mapping[str, str]


@dataclass(slots=True, kw_only=True)
class Connection:
    """A server at an address: encrypted, or on this machine, or `insecure`. `speaks` is whose API it has."""

    name: str
    url: str = field(repr=False)
    timeout: float
    token: str | None = field(default=None, repr=False)
    insecure: bool = False
    speaks: str = "Text Generation Inference"
    _session: aiohttp.ClientSession | None = None

    def __post_init__(self) -> None:
        """Refuse an address that is neither https nor of this machine."""
        parts = urlsplit(self.url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise InputError(f"endpoint `{self.name}`: {self.shown} is no address; write it as https://HOST or http://localhost:PORT")
        if parts.scheme != "https" and not self.local and not self.insecure:
            raise InputError(f"endpoint `{self.name}`: {self.shown} is not encrypted; use https, an address of this machine, or say `insecure = true`")

    @property
    def local(self) -> bool:
        """Whether what is sent stays on this machine."""
        return urlsplit(self.url).hostname in LOOPBACK

    @property
    def shown(self) -> str:
        """The address without what may be a secret in it."""
        parts = urlsplit(self.url)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()

    @property
    def where(self) -> str:
        """How messages name the server."""
        return f"endpoint `{self.name}` at {self.shown}"

    async def send(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        """Send one request and return the answer.

        Raises:
            EndpointError: there is none; it says what can be done about it.
        """
        with self._faults():
            async with self._request(method, path, body) as response:
                text = await response.text(errors="replace")
                if response.status != 200:
                    raise self._refusal(response.status, text, seconds(response.headers.get("Retry-After"), response.headers.get("Date")))
                return Answer(_decoded(text), response.headers)

    async def ask(self, path: str) -> Any:
        """Return what a route tells about the server, None where it has no such route.

        Raises:
            EndpointError: nobody listens, or nobody is let in.
        """
        try:
            return (await self.send("GET", path)).body
        except EndpointError as problem:
            if problem.gone or problem.overloaded:
                raise
            return None

    async def text(self, path: str) -> str | None:
        """Return what a route says that is not in JSON, None where it says nothing.

        Raises:
            EndpointError: nobody listens, nobody is let in, or the server is not well.
        """
        with self._faults():
            async with self._request("GET", path, None) as response:
                said = await response.text(errors="replace")
                if response.status in SLOW_DOWN | {401, 403}:
                    raise self._refusal(response.status, said, None)
                return said if response.status == 200 else None

    async def stream(self, path: str, body: Mapping[str, Any]) -> AsyncGenerator[Any, None]:
        """Yield the events of an answer as they come; leaving early breaks the connection off, which ends the work on it.

        Raises:
            EndpointError: it does not go on; it says what can be done about it.
        """
        with self._faults():
            async with self._request("POST", path, body) as response:
                if response.status != 200:
                    raise self._refusal(response.status, await response.text(errors="replace"), None)
                async for line in response.content:
                    said = line.decode(errors="replace").strip()
                    if said.startswith("data:") and (data := said[5:].strip()) != "[DONE]":
                        event = _decoded(data)
                        if isinstance(event, Mapping) and "error" in event:
                            raise self._interruption(event)
                        yield event

    def _request(self, method: str, path: str, body: Mapping[str, Any] | None) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        if self._session is None:
            headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), headers=headers, timeout=aiohttp.ClientTimeout(total=self.timeout))
        # A redirect could carry rows and token to a server that nobody named.
        return self._session.request(method, self.url.rstrip("/") + path, json=body, allow_redirects=False)

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Turn each way in which HTTP fails into an error that says whether asking again may help."""
        try:
            yield
        except aiohttp.ClientConnectorError:
            raise EndpointError(f"{self.where} is not answering (nobody listens)", retry=True, gone=True) from None
        except TimeoutError:
            raise EndpointError(f"{self.where} took longer than {self.timeout:g}s", retry=True) from None
        except (aiohttp.ClientError, ConnectionError) as problem:
            raise EndpointError(f"{self.where} broke off ({type(problem).__name__})", retry=True, gone=True) from None
        except ValueError:
            raise EndpointError(f"{self.where} answered with something that is not JSON", retry=True) from None

    async def close(self) -> None:
        """Let go of it."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Turn an answer of another shape into an error that names the server."""
        try:
            yield
        except (KeyError, IndexError, TypeError, ValueError, AttributeError):
            raise EndpointError(f"{self.where} answered in a form that is not that of {self.speaks}") from None

    def _interruption(self, event: Mapping[str, Any]) -> EndpointError:
        """Return the error that an event of a stream is; on the chat route all of them say 422."""
        status = 429 if "overloaded" in json.dumps(event) else 424
        return self._refusal(status, json.dumps(event), None)

    def _refusal(self, status: int, text: str, after: float | None) -> EndpointError:
        try:
            said = json.loads(text).get("error", text)
            reason = str(said["message"] if isinstance(said, Mapping) and "message" in said else said)
        except (ValueError, AttributeError):
            reason = text.strip()
        if self.token:
            reason = reason.replace(self.token, "...")
        message = f"{self.where} answered {status}" + (f": {reason[:300]}" if reason else "")
        message += "; name its token with `token = secret(...)`, or check it" if status in {401, 403} else ""
        overloaded = status in SLOW_DOWN
        return EndpointError(message, retry=overloaded or status in RETRIED, overloaded=overloaded, gone=status in {401, 403}, after=after)


def seconds(after: str | None, date: str | None = None) -> float | None:
    """Return how long `Retry-After` asks to wait: a number, or a date, counted from the server's own `Date` where it sends one.

    >>> seconds("7"), seconds("Wed, 21 Oct 2026 07:28:10 GMT", "Wed, 21 Oct 2026 07:28:00 GMT"), seconds("soon")
    (7.0, 10.0, None)
    """
    try:
        found = float(after or "")
    except ValueError:
        found = _until(after, date)
    return min(LONGEST_AFTER, max(0.0, found)) if math.isfinite(found) else None


def _until(after: str | None, date: str | None) -> float:
    try:
        then = parsedate_to_datetime(after or "")
        now = parsedate_to_datetime(date) if date else datetime.now(UTC)
        return (then - now).total_seconds()
    except (ValueError, TypeError):
        return math.nan


def _decoded(text: str) -> Any:
    """Return the value of a JSON text; half an emoji, which some servers send, becomes a replacement character."""
    found = json.loads(text)
    return _whole(found) if "\\ud" in text.lower() else found


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {key: _whole(item) for key, item in value.items()}
    return [_whole(item) for item in value] if isinstance(value, list) else value
