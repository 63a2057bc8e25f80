"""A proxy that breaks what passes through it, to see what becomes of a run: a test double, like `fake`.

proxy = FaultyProxy(upstream="http://127.0.0.1:8080", plan=lambda passed: "truncated" if "row 2" in passed.body else None)
async with proxy.running():
    ...  # ask proxy.url
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlsplit

DRIPS, BETWEEN = 20, 0.02
"""In how many pieces a dripping answer comes, and seconds between them."""


@dataclass(slots=True, kw_only=True)
class Passed:
    """A request that came by; `fault` is what was done to it, `answered` whether the server was asked."""

    method: str
    path: str
    body: str
    fault: str | None = None
    answered: bool = False


@dataclass(slots=True, kw_only=True)
class Exchange:
    """One request and the connection that it came on."""

    passed: Passed
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    upstream: Callable[[], Awaitable[bytes]]

    async def answer(self) -> bytes:
        """Return the body of the server's answer."""
        self.passed.answered = True
        return await self.upstream()

    async def send(self, body: bytes, *, status: str = "200 OK", length: int | None = None, **headers: str) -> None:
        """Send an answer, whose length is said to be another if `length` is."""
        told = {"Content-Type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
        if "Transfer-Encoding" not in told:
            told["Content-Length"] = str(len(body) if length is None else length)
        head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        self.writer.write(f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body)
        await self.writer.drain()

    def reset(self) -> None:
        """Break the connection off, so that the other side sees a reset and no end."""
        self.writer.transport.abort()

    async def stall(self) -> None:
        """Do nothing until the client has had enough."""
        with suppress(ConnectionError):
            await self.reader.read()


Fault = Callable[[Exchange], Awaitable[None]]


async def _refuse(exchange: Exchange, *, status: str, kind: str, after: str | None = None) -> None:
    body = json.dumps({"error": "the proxy says so", "error_type": kind}).encode()
    more: dict[str, Any] = {"Retry_After": after} if after else {}
    await exchange.send(body, status=status, **more)


async def _say(exchange: Exchange, *, body: bytes, kind: str = "application/json", status: str = "200 OK") -> None:
    await exchange.send(body, status=status, Content_Type=kind)


async def _reset_before(exchange: Exchange) -> None:
    exchange.reset()


async def _close_before(exchange: Exchange) -> None:
    exchange.writer.close()


async def _reset_unanswered(exchange: Exchange) -> None:
    await exchange.answer()
    exchange.reset()


async def _reset_inside(exchange: Exchange) -> None:
    body = await exchange.answer()
    await exchange.send(body[: len(body) // 2], length=len(body))
    exchange.reset()


async def _truncated(exchange: Exchange) -> None:
    body = await exchange.answer()
    await exchange.send(body[: len(body) // 2], length=len(body))
    exchange.writer.close()


async def _cut_short(exchange: Exchange) -> None:
    body = await exchange.answer()
    half = body[: len(body) // 2]
    stream = body.startswith(b"data:")
    await exchange.send(half[: half.rindex(b"\n\n") + 2] if stream else half, Content_Type="text/event-stream" if stream else "application/json")


async def _stall(exchange: Exchange) -> None:
    await exchange.stall()


async def _stall_inside(exchange: Exchange) -> None:
    body = await exchange.answer()
    await exchange.send(body[: len(body) // 2], length=len(body))
    await exchange.stall()


async def _drip(exchange: Exchange) -> None:
    body = await exchange.answer()
    await exchange.send(b"", length=len(body))
    step = max(1, len(body) // DRIPS)
    for start in range(0, len(body), step):
        await asyncio.sleep(BETWEEN)
        exchange.writer.write(body[start : start + step])
        await exchange.writer.drain()


async def _mislabelled(exchange: Exchange) -> None:
    await exchange.send(await exchange.answer(), Content_Type="text/plain")


async def _length_off(exchange: Exchange, *, by: int) -> None:
    body = await exchange.answer()
    await exchange.send(body, length=len(body) + by)
    exchange.writer.close()


async def _duplicated(exchange: Exchange) -> None:
    body = await exchange.answer()
    half = len(body) // 2
    pieces = (body[:half], body[half:], body[half:], b"")
    await exchange.send(b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces), Transfer_Encoding="chunked")


async def _not_compressed(exchange: Exchange) -> None:
    await exchange.send(await exchange.answer(), Content_Encoding="gzip")


async def _no_http(exchange: Exchange) -> None:
    exchange.writer.write(b"\x16\x03\x01 this is no HTTP\r\n\r\n")
    exchange.writer.close()


FAULTS: Mapping[str, Fault] = {
    "400": partial(_say, body=b"Failed to parse the request body as JSON", kind="text/plain", status="400 Bad Request"),
    "401": partial(_say, body=b"", kind="text/plain", status="401 Unauthorized"),
    "404": partial(_say, body=b"not here", kind="text/plain", status="404 Not Found"),
    "422": partial(_refuse, status="422 Unprocessable Entity", kind="validation"),
    "424": partial(_refuse, status="424 Failed Dependency", kind="generation"),
    "429": partial(_refuse, status="429 Too Many Requests", kind="overloaded"),
    "429-after": partial(_refuse, status="429 Too Many Requests", kind="overloaded", after="1"),
    "500": partial(_refuse, status="500 Internal Server Error", kind="incomplete_generation"),
    "502": partial(_say, body=b"<html>bad gateway</html>", kind="text/html", status="502 Bad Gateway"),
    "503": partial(_say, body=b"", kind="text/plain", status="503 Service Unavailable"),
    "504": partial(_say, body=b"<html>gateway timeout</html>", kind="text/html", status="504 Gateway Timeout"),
    "redirect": partial(_say, body=b"", status="307 Temporary Redirect\r\nLocation: http://127.0.0.1:9/"),
    "html": partial(_say, body=b"<html>please log in</html>", kind="text/html"),
    "garbage": partial(_say, body=b'\x00\xff{{"generated_text"'),
    "empty": partial(_say, body=b""),
    "another shape": partial(_say, body=b'{"text": "hi", "meta_info": {}}'),
    "null": partial(_say, body=b"null"),
    "reset before": _reset_before,
    "closed before": _close_before,
    "reset unanswered": _reset_unanswered,
    "reset inside": _reset_inside,
    "truncated": _truncated,
    "cut short": _cut_short,
    "stall": _stall,
    "stall inside": _stall_inside,
    "drip": _drip,
    "mislabelled": _mislabelled,
    "length too short": partial(_length_off, by=-7),
    "length too long": partial(_length_off, by=7),
    "duplicated": _duplicated,
    "not compressed": _not_compressed,
    "no HTTP": _no_http,
}
"""What can be done to a request, by name."""


@dataclass(slots=True, kw_only=True)
class FaultyProxy:
    """Passes requests on to a server; `plan` names the fault of each, None to pass it on as it is."""

    upstream: str
    plan: Callable[[Passed], str | None]
    passed: list[Passed] = field(default_factory=list)
    port: int = 0
    _open: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[FaultyProxy]:
        """Listen on a free port of this machine."""
        server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for task in self._open:
                task.cancel()
            await asyncio.gather(*self._open, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            while not writer.is_closing():
                await self._exchange(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # whoever asked has left, or the test is over
        finally:
            self._open.discard(task)
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.readexactly(_length(head))
        method, path, _ = head.decode("latin-1").split(" ", 2)
        passed = Passed(method=method, path=path, body=body.decode(errors="replace"))
        passed.fault = self.plan(passed)
        self.passed.append(passed)
        if passed.fault is None:
            passed.answered = True
            await self._pass_on(head, body, writer)
            return

        async def answered() -> bytes:
            return _body(await self._fetch(head, body))

        await FAULTS[passed.fault](Exchange(passed=passed, reader=reader, writer=writer, upstream=answered))

    async def _pass_on(self, head: bytes, body: bytes, writer: asyncio.StreamWriter) -> None:
        """Give the answer on as it comes, and end the connection with it."""
        async for piece in self._pieces(head, body):
            writer.write(piece)
            await writer.drain()
        writer.close()

    async def _fetch(self, head: bytes, body: bytes) -> bytes:
        return b"".join([piece async for piece in self._pieces(head, body)])

    async def _pieces(self, head: bytes, body: bytes) -> AsyncIterator[bytes]:
        parts = urlsplit(self.upstream)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
        writer.write(b"\r\n".join([lines[0], b"Connection: close", *lines[1:]]) + body)
        try:
            while piece := await reader.read(65536):
                yield piece
        finally:
            writer.close()


def _length(head: bytes) -> int:
    lines = (line.partition(b":") for line in head.lower().split(b"\r\n"))
    return next((int(value) for name, _, value in lines if name.strip() == b"content-length"), 0)


def _body(response: bytes) -> bytes:
    """Return the body of a whole response, chunks put together."""
    head, _, body = response.partition(b"\r\n\r\n")
    if b"transfer-encoding: chunked" not in head.lower():
        return body
    found = b""
    while True:
        size, _, body = body.partition(b"\r\n")
        count = int(size, 16)
        if count == 0:
            return found
        found, body = found + body[:count], body[count + 2 :]
