"""A server that says the bytes it is given, whatever HTTP allows."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.waiting import waited

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


def whole(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    """Return an answer with its length."""
    return b"\r\n".join([b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body), *headers, b"", body])


@dataclass(slots=True, kw_only=True)
class RawServer:
    """It answers each request with what `says` returns; `greets` is sent to whoever connects, `hangs_up` after each answer.

    The first answer waits until so many as `together` are asked for at once.
    """

    says: Callable[[bytes], bytes]
    greets: bytes = b""
    hangs_up: bool = False
    tls: ssl.SSLContext | None = None
    piecewise: bool = False
    connections: int = 0
    left: int = 0
    busy: int = 0
    most_busy: int = 0
    together: int = 0
    requests: list[bytes] = field(default_factory=list)
    all_there: asyncio.Event = field(default_factory=asyncio.Event)
    port: int = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http{'s' if self.tls else ''}://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[RawServer]:
        """Listen on a free port of this machine."""
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0, ssl=self.tls, backlog=2048)
        self.port = server.sockets[0].getsockname()[1]
        yield self
        server.close()

    async def asked(self, often: int) -> None:
        """Wait until it was asked so often, whatever the clock of the loop says."""
        await waited(lambda: len(self.requests) == often, pause=0)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        writer.write(self.greets)
        try:
            while not writer.is_closing():
                head = await reader.readuntil(b"\r\n\r\n")
                length = LENGTH.search(head)
                body = await reader.readexactly(int(length[1]) if length else 0)
                await self._answer(head + body, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            self.left += 1
        except asyncio.CancelledError:
            pass  # the test is over
        finally:
            writer.close()

    async def _answer(self, request: bytes, writer: asyncio.StreamWriter) -> None:
        self.requests.append(request)
        self.busy += 1
        self.most_busy = max(self.most_busy, self.busy)
        if self.most_busy >= self.together:
            self.all_there.set()
        await self.all_there.wait()
        said = self.says(request)
        for piece in [said[place : place + 1] for place in range(len(said))] if self.piecewise else [said]:
            writer.write(piece)
            await asyncio.sleep(0)
        self.busy -= 1
        if self.hangs_up:
            writer.close()
