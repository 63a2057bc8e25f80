"""Questions as a step asks them, and a toy server that is asked once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from synthc.runtime.endpoints.base import Message, Reply, Request
from synthc.runtime.endpoints.connection import Connection
from synthc.runtime.endpoints.tgi import TgiEndpoint
from tests.runtime.endpoints.tgi_server import TgiServer

TEXT = {"kind": "text"}
YES_NO = {"kind": "choice", "options": ["yes", "no"]}
ALIKE = {"kind": "choice", "options": ["positive", "possible"]}
LONG = " ".join(f"w{n}" for n in range(50))


def complete(text: str = "Say hello", **more: Any) -> Request:
    """Return a question for a base model."""
    settings: dict[str, Any] = {"answer": TEXT, "max_input": None, "max_output": 16, "temperature": 0.0, "top_p": None, "stop": (), "seed": None}
    return Request(**{"messages": None, "prompt": text, **settings, **more})


def chat(text: str = "Say hello", **more: Any) -> Request:
    """Return a question for a model that chats."""
    return complete(messages=(Message(role="system", content="Be brief."), Message(role="user", content=text)), prompt=None, **more)


ROUTES = {"/generate": complete, "/v1/chat/completions": chat}
route = pytest.mark.parametrize("route", ROUTES)


def answer(server: TgiServer, request: Request, *, timeout: float = 60.0, token: str | None = None) -> Reply:
    """Ask the server once."""

    async def run() -> Reply:
        async with server.running():
            endpoint = TgiEndpoint(connection=Connection(name="llm", url=server.url, timeout=timeout, token=token))
            try:
                return await endpoint.answer(request)
            finally:
                await endpoint.close()

    return asyncio.run(run())


def settled(server: TgiServer, request: Request) -> Reply:
    """Ask the server which model it has and what it takes, and then once."""

    async def run() -> Reply:
        async with server.running():
            endpoint = TgiEndpoint(connection=Connection(name="llm", url=server.url, timeout=60.0))
            try:
                await endpoint.identity()
                return await endpoint.answer(request)
            finally:
                await endpoint.close()

    return asyncio.run(run())
