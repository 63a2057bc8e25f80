"""Asks one server over as many connections as there are questions in flight, and keeps them for the next.

Where time is spent: a connection is taken from the end of a list, the head of a request is made once
for each route, and one timer watches over all deadlines.
"""

from __future__ import annotations

import asyncio
import errno
import os
import resource
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from synthc.runtime.endpoints.http.link import Broken, Exchange, Link

SECOND_ADDRESS_AFTER = 0.25
"""Seconds until the next address of a name is tried beside the first (RFC 8305)."""
FILES = 16_384
"""Open files that a process may have, where the system lets it: each connection is one."""


class Unreachable(Exception):
    """No connection could be made; the text says why. `passing` tells whether that may be otherwise soon."""

    def __init__(self, message: str, *, passing: bool) -> None:
        """Take a reason."""
        super().__init__(message)
        self.passing = passing


class Response(NamedTuple):
    """A whole answer; names of headers are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class Stream:
    """An answer whose head is there."""

    __slots__ = ("_exchange",)

    def __init__(self, exchange: Exchange) -> None:
        """Read from an exchange."""
        self._exchange = exchange

    @property
    def status(self) -> int:
        """The status."""
        return self._exchange.status

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the body as it comes."""
        exchange = self._exchange
        while True:
            taken, exchange.pieces = exchange.pieces, []
            for piece in taken:
                yield piece
            if exchange.pieces:
                continue
            if exchange.fault is not None:
                raise exchange.fault
            if exchange.complete:
                return
            exchange.wake = asyncio.get_running_loop().create_future()
            await exchange.wake

    async def lines(self) -> AsyncIterator[bytes]:
        """Yield the body line by line, without their ends."""
        rest = b""
        async for piece in self.pieces():
            *whole, rest = (rest + piece).split(b"\n")
            for line in whole:
                yield line
        if rest:
            yield rest

    async def whole(self) -> bytes:
        """Return all of the body."""
        return b"".join([piece async for piece in self.pieces()])


@dataclass(slots=True, kw_only=True)
class HttpClient:
    """A client of the server at an address; `authorization` is sent with each request, which has `timeout` seconds in all."""

    url: str = field(repr=False)
    agent: str
    timeout: float
    authorization: str | None = field(default=None, repr=False)
    _tls: ssl.SSLContext | None = None
    _idle: list[Link] = field(default_factory=list)
    _busy: dict[Link, float] = field(default_factory=dict)
    _heads: dict[tuple[str, str], bytes] = field(default_factory=dict, repr=False)
    _watch: asyncio.TimerHandle | None = None

    def __post_init__(self) -> None:
        """Make room for the connections."""
        if urlsplit(self.url).scheme == "https":
            self._tls = ssl.create_default_context()
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        room = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
        if soft != resource.RLIM_INFINITY and soft < room:
            resource.setrlimit(resource.RLIMIT_NOFILE, (room, hard))

    async def send(self, method: str, path: str, body: bytes | None = None) -> Response:
        """Send a request and return the answer, whatever its status.

        Raises:
            Unreachable: no connection could be made.
            Broken: it broke off, or what came is not HTTP.
            TimeoutError: it took too long.
        """
        link, exchange = await self._asked(method, path, body, streamed=False)
        try:
            await exchange.wake
        except asyncio.CancelledError:
            self._drop(link, exchange)
            raise
        _readable(exchange)
        return Response(exchange.status, exchange.headers, b"".join(exchange.pieces))

    @asynccontextmanager
    async def stream(self, method: str, path: str, body: bytes | None = None) -> AsyncIterator[Stream]:
        """Send a request and give the answer as it comes; leaving early breaks the connection off. Raises what `send` does."""
        link, exchange = await self._asked(method, path, body, streamed=True)
        try:
            await exchange.wake
            _readable(exchange)
            yield Stream(exchange)
        finally:
            self._drop(link, exchange)

    async def close(self) -> None:
        """Close all connections, and wait until they are."""
        for link in [*self._idle, *self._busy]:
            link.fail(Broken("the connection was closed here"))
        await asyncio.sleep(0)
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    async def _asked(self, method: str, path: str, body: bytes | None, *, streamed: bool) -> tuple[Link, Exchange]:
        loop = asyncio.get_running_loop()
        until = loop.time() + self.timeout
        while self._idle and self._idle[-1].closing:
            self._idle.pop()
        link = self._idle.pop() if self._idle else await self._open(loop, until)
        exchange = Exchange(loop.create_future(), streamed=streamed)
        self._busy[link] = until
        if self._watch is None:
            self._watch = loop.call_at(until, self._late, loop)
        head = self._heads.get((method, path)) or self._head(method, path)
        link.ask(head + b"\r\n" if body is None else b"%bContent-Length: %d\r\n\r\n%b" % (head, len(body), body), exchange)
        return link, exchange

    async def _open(self, loop: asyncio.AbstractEventLoop, until: float) -> Link:
        parts = urlsplit(self.url)
        port = parts.port or (80 if self._tls is None else 443)
        try:
            async with asyncio.timeout_at(until):
                _, link = await loop.create_connection(
                    lambda: Link(self._free, self._gone), parts.hostname or "", port, ssl=self._tls, happy_eyeballs_delay=SECOND_ADDRESS_AFTER
                )
        except TimeoutError:
            raise
        except ssl.SSLCertVerificationError as problem:
            raise Unreachable(f"its certificate does not hold: {problem.verify_message}", passing=False) from None
        except ssl.SSLError as problem:
            raise Unreachable(f"it does not speak TLS: {problem.reason}", passing=False) from None
        except socket.gaierror:
            raise Unreachable("nobody knows its name", passing=True) from None
        except OSError as problem:
            if problem.errno in {errno.EMFILE, errno.ENFILE}:
                raise Unreachable("this machine lets no more files be open; lower `concurrency`, or raise `ulimit -n`", passing=True) from None
            refused = problem.errno is None or isinstance(problem, ConnectionRefusedError)
            raise Unreachable("nobody listens" if refused else os.strerror(problem.errno or 0).lower(), passing=True) from None
        return link

    def _head(self, method: str, path: str) -> bytes:
        """Return the head of requests to a route, up to what depends on the body."""
        parts = urlsplit(self.url)
        target = quote(parts.path.rstrip("/") + path, safe="/%:@!$&'()*+,;=~") + (f"?{quote(parts.query, safe='/%:@!$&()*+,;=~?')}" if parts.query else "")
        host = parts.netloc.rpartition("@")[2].encode("idna").decode("ascii")
        lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", f"User-Agent: {self.agent}", "Accept: */*", "Accept-Encoding: identity"]
        lines += [f"Authorization: {self.authorization}"] if self.authorization else []
        lines += ["Content-Type: application/json"] if method == "POST" else []
        head = self._heads[method, path] = ("\r\n".join(lines) + "\r\n").encode("latin-1")
        return head

    def _free(self, link: Link) -> None:
        self._busy.pop(link, None)
        self._idle.append(link)

    def _gone(self, link: Link) -> None:
        self._busy.pop(link, None)
        if link in self._idle:
            self._idle.remove(link)

    def _drop(self, link: Link, exchange: Exchange) -> None:
        """Break an exchange off that nobody waits for any more."""
        if not exchange.complete and exchange.fault is None:
            link.fail(Broken("nobody waits for it"))

    def _late(self, loop: asyncio.AbstractEventLoop) -> None:
        """Break off what took too long; all have as long, so the first that began is the first that is late."""
        self._watch = None
        while self._busy:
            link, until = next(iter(self._busy.items()))
            if until > loop.time():
                self._watch = loop.call_at(until, self._late, loop)
                return
            del self._busy[link]
            link.fail(TimeoutError())


def _readable(exchange: Exchange) -> None:
    """Raise what is wrong with an answer, if anything is."""
    if exchange.fault is not None:
        raise exchange.fault
    if exchange.headers.get("content-encoding", "identity") != "identity":
        raise Broken("its answer is compressed, which it was asked not to do")
