"""Sends a request over HTTP and says of each way it can fail whether asking again may help."""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from synthc.runtime.endpoints.base import EndpointError
from synthc.runtime.endpoints.http.client import HttpClient, Response, Unreachable
from synthc.runtime.endpoints.http.link import Broken
from synthc.runtime.errors import InputError, OutsideFault

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
RETRIED = frozenset({424, 500, 502, 504})
SHUT = {401: "name its token with `token = secret(...)`, or check it", 402: "see to its account", 403: "name its token with `token = secret(...)`, or check it"}
"""Answers that stand for all questions, and what to do about them."""
SLOW_DOWN = frozenset({429, 503})
LONGEST_AFTER = 300.0
TITLE, TAG = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL), re.compile(r"<[^>]*>")


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
    _client: HttpClient | None = None

    def __post_init__(self) -> None:
        """Refuse an address that is neither https nor of this machine."""
        try:
            parts = urlsplit(self.url)
        except ValueError:
            raise InputError(f"endpoint `{self.name}`: {self.url.rpartition('@')[2]} is no address; write it as https://HOST or http://localhost:PORT") from None
        if parts.scheme not in {"http", "https"} or not _host(self.url):
            raise InputError(f"endpoint `{self.name}`: {self.shown} is no address; write it as https://HOST or http://localhost:PORT")
        if parts.scheme != "https" and not self.local and not self.insecure:
            raise InputError(f"endpoint `{self.name}`: {self.shown} is not encrypted; use https, an address of this machine, or say `insecure = true`")
        if self.token and not (self.token.isascii() and self.token.isprintable()):
            raise InputError(f"endpoint `{self.name}`: its token holds characters that no token has, such as the end of a line; look at the secret that it comes from")

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
            response = await self._http().send(method, path, None if body is None else _encoded(body))
            if response.status != 200:
                moved = response.headers.get("location", "").partition("?")[0]
                said = f"it moved to {moved}" if moved else _text(response)
                raise self._refusal(response.status, said, seconds(response.headers.get("retry-after"), response.headers.get("date")))
            return Answer(_decoded(_text(response)), response.headers)

    def unknown(self, problem: EndpointError, kind: str) -> OutsideFault:
        """Return the error of a server that does not say which model it has, with what to do about it."""
        elsewhere = f"point elsewhere with `--endpoint {self.name}={kind}:URL`"
        if problem.overloaded:
            return OutsideFault(f"{problem}; it may be loading its model: repeat the command when it is ready")
        if problem.gone and not problem.shut:
            return OutsideFault(f"{problem}; start the server, or {elsewhere}")
        return OutsideFault(f"{problem}" if problem.shut else f"{problem}; see that it is {self.speaks} which listens there, or {elsewhere}")

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
            response = await self._http().send("GET", path)
            if response.status in SLOW_DOWN or response.status in SHUT:
                raise self._refusal(response.status, _text(response), None)
            return _text(response) if response.status == 200 else None

    async def stream(self, path: str, body: Mapping[str, Any]) -> AsyncGenerator[Any, None]:
        """Yield the events of an answer as they come; leaving early breaks the connection off, which ends the work on it.

        Raises:
            EndpointError: it does not go on; it says what can be done about it.
        """
        with self._faults():
            async with self._http().stream("POST", path, _encoded(body)) as response:
                if response.status != 200:
                    raise self._refusal(response.status, (await response.whole()).decode(errors="replace"), None)
                async for line in response.lines():
                    said = line.decode(errors="replace").strip()
                    if said.startswith("data:") and (data := said[5:].strip()) != "[DONE]":
                        event = _decoded(data)
                        if isinstance(event, Mapping) and "error" in event:
                            raise self._interruption(event)
                        yield event

    def _http(self) -> HttpClient:
        if self._client is None:
            parts = urlsplit(self.url)
            known = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}" if "@" in parts.netloc else ""
            basic = f"Basic {base64.b64encode(known.encode()).decode()}" if known else None
            self._client = HttpClient(url=self.url, agent="synthc", timeout=self.timeout, authorization=f"Bearer {self.token}" if self.token else basic)
        return self._client

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Turn each way in which HTTP fails into an error that says whether asking again may help."""
        try:
            yield
        except Unreachable as problem:
            raise EndpointError(f"{self.where} is not answering ({problem})", retry=problem.passing, gone=True) from None
        except TimeoutError:
            raise EndpointError(f"{self.where} took longer than {self.timeout:g}s", retry=True) from None
        except Broken as problem:
            raise EndpointError(f"{self.where} broke off ({problem})", retry=True, gone=True) from None
        except ValueError:
            raise EndpointError(f"{self.where} answered with something that is not JSON", retry=True) from None

    async def close(self) -> None:
        """Let go of it."""
        if self._client is not None:
            await self._client.close()
            self._client = None

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
        reason = _reason(text).removeprefix(f"{status} ").removeprefix(f"{status}: ").rstrip(".")
        if self.token:
            reason = reason.replace(self.token, "...")
        message = f"{self.where} answered {status}" + (f": {reason[:300]}" if reason else "")
        message += f"; {SHUT[status]}" if status in SHUT else ""
        overloaded = status in SLOW_DOWN
        return EndpointError(message, retry=overloaded or status in RETRIED, overloaded=overloaded, gone=status in SHUT, shut=status in SHUT, after=after)


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


_encoded_text = json.JSONEncoder(separators=(",", ":")).encode


def _encoded(body: Mapping[str, Any]) -> bytes:
    return _encoded_text(body).encode("ascii")


def _reason(text: str) -> str:
    """Return what a refusal says, wherever its server puts that.

    >>> _reason('{"error": {"message": "no such model"}}'), _reason('{"detail": "Not Found"}'), _reason('{"error": "busy"}')
    ('no such model', 'Not Found', 'busy')
    """
    try:
        said = json.loads(text)
    except ValueError:
        return _seen(text)
    for key in ("error", "message", "detail"):
        if isinstance(said, Mapping) and said.get(key):
            said = said[key]
    return str(said)


def _seen(text: str) -> str:
    """Return what a reader sees of a text; of a page its title, or its words.

    >>> _seen("<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"), _seen("<p>Sign <b>in</b></p>")
    ('502 Bad Gateway', 'Sign in')
    """
    if text.lstrip().startswith("<"):
        title = TITLE.search(text)
        text = TAG.sub(" ", title[1] if title else text)
    return " ".join(text.split())


def _text(response: Response) -> str:
    return response.body.decode(errors="replace")


def _host(url: str) -> bool:
    """Tell whether an address names a host that can be looked for."""
    parts = urlsplit(url)
    try:
        found, _ = (parts.hostname or "").encode("idna"), parts.port
    except ValueError:
        return False
    return bool(found) and found.isascii() and not any(sign in parts.netloc for sign in " \t\\")


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
