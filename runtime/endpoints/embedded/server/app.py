"""The routes of the server, and what is true of all of them: the key, and errors as TGI words them."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable

from aiohttp import web

from synthc.runtime.endpoints.embedded.server.about import chat_tokenize, health, info, metrics, models, tokenize
from synthc.runtime.endpoints.embedded.server.generate import compat, generate, generate_stream
from synthc.runtime.endpoints.embedded.server.generating import Generating
from synthc.runtime.endpoints.embedded.server.openai import chat_completions, completions
from synthc.runtime.endpoints.embedded.server.refusal import Refusal, Unreadable
from synthc.runtime.endpoints.embedded.server.wire import json_response

Route = Callable[[web.Request, Generating], Awaitable[web.StreamResponse]]

ROUTES: tuple[tuple[str, str, Route, bool], ...] = (
    ("POST", "/", compat, True),
    ("POST", "/generate", generate, True),
    ("POST", "/generate_stream", generate_stream, True),
    ("POST", "/v1/chat/completions", chat_completions, True),
    ("POST", "/v1/completions", completions, True),
    ("POST", "/tokenize", tokenize, True),
    ("POST", "/chat_tokenize", chat_tokenize, False),
    ("GET", "/info", info, False),
    ("GET", "/", health, False),
    ("GET", "/health", health, False),
    ("GET", "/ping", health, False),
    ("GET", "/metrics", metrics, False),
    ("GET", "/v1/models", models, False),
)
"""Method, path, who answers, and whether a key is asked for."""


def application(generating: Generating, *, key: str | None = None) -> web.Application:
    """Return the server, to be run by aiohttp."""
    app = web.Application(client_max_size=generating.limits.payload_limit)
    for method, path, route, guarded in ROUTES:
        app.router.add_route(method, path, _handler(route, generating, key if guarded else None))
    return app


def _handler(route: Route, generating: Generating, key: str | None) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        if key is not None and not _holds(request, key):
            return web.Response(status=401)
        try:
            return await route(request, generating)
        except Unreadable as problem:
            return web.Response(status=problem.status, text=problem.message)
        except Refusal as problem:
            return json_response(problem.document, status=problem.status)

    return handle


def _holds(request: web.Request, key: str) -> bool:
    """Tell whether a request has the key, in time that does not depend on how much of it is right."""
    scheme, _, said = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(said.strip().encode(), key.encode())
