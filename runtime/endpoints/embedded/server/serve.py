"""Runs the server until it is told to stop, and then lets what is being answered be finished."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from synthc.runtime.endpoints.embedded.decode import WEIGHTS, Decoder
from synthc.runtime.endpoints.embedded.server.app import application
from synthc.runtime.endpoints.embedded.server.batching import Batching
from synthc.runtime.endpoints.embedded.server.generating import Generating
from synthc.runtime.endpoints.embedded.server.limits import Limits
from synthc.runtime.endpoints.embedded.server.spelling import Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where to listen, what to allow, and for how many seconds the last answers are waited for; `version` is told by `/info`."""

    host: str = "127.0.0.1"
    port: int = 0
    key: str | None = field(default=None, repr=False)
    limits: Limits = field(default_factory=Limits)
    patience: float = 30.0
    weights: Path = WEIGHTS
    version: str = "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """A server that listens."""

    host: str
    port: int
    generating: Generating

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


@asynccontextmanager
async def serving(server: Server) -> AsyncIterator[Listening]:
    """Listen until the block is left; then take nothing new and finish what is being answered."""
    decoder = Decoder(server.weights)
    vocabulary = Vocabulary(tokenizer=decoder.tokenizer)
    batching = Batching(network=decoder.network, vocabulary=vocabulary, most=server.limits.max_running)
    generating = Generating(batching=batching, limits=server.limits, vocabulary=vocabulary, version=server.version)
    runner = web.AppRunner(application(generating, key=server.key), handler_cancellation=True, access_log=None, shutdown_timeout=server.patience)
    await runner.setup()
    try:
        site = web.TCPSite(runner, server.host, server.port)
        await site.start()
        batching.start()
        yield Listening(host=server.host, port=runner.addresses[0][1], generating=generating)
    finally:
        await runner.cleanup()
        await asyncio.to_thread(batching.close)
