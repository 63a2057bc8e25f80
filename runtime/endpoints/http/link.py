"""One connection to a server, on which one exchange follows another.

A server that sends what HTTP/1.1 does not allow, sends more than was asked for, or leaves in the
middle of an answer loses the connection, and whoever waits is told why.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

import httptools

MOST_HEAD = 64 * 1024
"""Bytes of a status line and headers."""
MOST = 64 * 1024 * 1024
"""Bytes of a whole answer."""
INFORMATIONAL = 200
"""Statuses below it announce an answer and are none."""


class Broken(Exception):
    """An exchange that did not come to its end; the text says how."""


class Exchange:
    """One answer as it comes in. `wake` is set when it is complete or broken; of a stream, when there is more of it."""

    __slots__ = ("complete", "fault", "head", "headers", "pieces", "status", "streamed", "wake")

    def __init__(self, wake: asyncio.Future[None], *, streamed: bool) -> None:
        """Begin with nothing."""
        self.wake, self.streamed = wake, streamed
        self.status = 0
        self.headers: dict[str, str] = {}
        self.pieces: list[bytes] = []
        self.head = self.complete = False
        self.fault: Exception | None = None

    def tell(self) -> None:
        """Wake who waits."""
        if not self.wake.done():
            self.wake.set_result(None)


class Link(asyncio.Protocol):
    """A connection; `free` is called with it when it can take another exchange, `gone` when it can't any more."""

    __slots__ = ("_complete", "_exchange", "_free", "_gone", "_last", "_parser", "_received", "_transport")

    def __init__(self, free: Callable[[Link], None], gone: Callable[[Link], None]) -> None:
        """Belong to whoever opens it."""
        self._free, self._gone = free, gone
        self._exchange: Exchange | None = None
        self._received = 0
        self._complete = self._last = False
        self._parser = httptools.HttpResponseParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way out."""
        self._transport = cast("asyncio.Transport", transport)

    @property
    def closing(self) -> bool:
        """Whether it takes no more exchanges."""
        return self._transport.is_closing()

    def ask(self, request: bytes, exchange: Exchange) -> None:
        """Send a request; its answer comes to the exchange."""
        assert self._exchange is None
        self._exchange, self._received, self._complete = exchange, 0, False
        self._transport.write(request)

    def fail(self, fault: Exception) -> None:
        """Break off at once, which ends the server's work, and say why."""
        exchange, self._exchange = self._exchange, None
        self._transport.abort()
        if exchange is not None:
            exchange.fault = fault
            exchange.tell()

    def data_received(self, data: bytes) -> None:
        """Take what came, and look whether it was allowed to."""
        exchange = self._exchange
        if exchange is None:
            self._transport.abort()
            return
        self._received += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._last = True
        if self._complete:
            self._finish(exchange)
        elif (refused := self._refused(exchange)) is not None:
            self.fail(Broken(refused))
        elif exchange.streamed and exchange.head:
            exchange.tell()

    def eof_received(self) -> None:
        """Take the end of the connection for that of an answer whose length was not told."""
        exchange = self._exchange
        if exchange is not None and exchange.head and not exchange.headers.keys() & {"content-length", "transfer-encoding"}:
            self._last = True
            self._finish(exchange)

    def connection_lost(self, problem: Exception | None) -> None:
        """Tell who waits that no more will come."""
        exchange = self._exchange
        if exchange is not None:
            how = "was reset" if problem is not None else "was closed"
            self.fail(Broken(f"the connection {how} {'in the middle of' if exchange.head else 'before'} an answer"))
        self._gone(self)
        del self._parser  # it holds on to this link

    def on_message_begin(self) -> None:
        """Trust a server no further that answers what nobody asked."""
        self._last = self._last or self._complete

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header; of those that come twice, both."""
        assert self._exchange is not None
        headers, key, said = self._exchange.headers, name.lower().decode("latin-1"), value.decode("latin-1")
        if not self._complete:
            headers[key] = f"{headers[key]}, {said}" if key in headers else said

    def on_headers_complete(self) -> None:
        """Know the status."""
        exchange = self._exchange
        assert exchange is not None
        if self._complete:
            return
        exchange.status = self._parser.get_status_code()
        exchange.head = exchange.status >= INFORMATIONAL

    def on_body(self, body: bytes) -> None:
        """Keep a piece of the answer."""
        if not self._complete:
            assert self._exchange is not None
            self._exchange.pieces.append(body)

    def on_message_complete(self) -> None:
        """Know that all is there, unless it was only announced."""
        assert self._exchange is not None
        if self._exchange.head:
            self._complete = True
            self._last = self._last or not self._parser.should_keep_alive()  # only known here
        else:
            self._exchange.headers.clear()

    def _refused(self, exchange: Exchange) -> str | None:
        """Return what is wrong with what came so far, None if nothing is."""
        if self._last:
            return "what it sent is not HTTP"
        if self._received > MOST:
            return f"its answer is longer than {MOST >> 20} MB"
        if not exchange.head and self._received > MOST_HEAD:
            return f"its headers are longer than {MOST_HEAD >> 10} kB"
        return None

    def _finish(self, exchange: Exchange) -> None:
        """Give the answer, and the connection back if it can go on."""
        self._exchange = None
        exchange.complete = True
        if self._last or self._transport.get_write_buffer_size():
            self._transport.abort()
        else:
            self._free(self)
        exchange.tell()
