"""What goes over the wire: JSON, its headers, and streams of events."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from aiohttp import web

from synthc.runtime.endpoints.embedded.server.generating import Answer
from synthc.runtime.endpoints.embedded.server.writing import Token

DONE = "[DONE]"


def token_document(token: Token) -> dict[str, Any]:
    """Return a token as TGI shows it."""
    return {"id": token.id, "text": token.text, "logprob": token.logprob, "special": token.special}


def headers(answer: Answer, characters: int) -> dict[str, str]:
    """Return the headers of a whole answer: milliseconds, and counts of tokens."""
    total = answer.validated + answer.queued + answer.inferred
    return {
        "x-compute-type": "cpu",
        "x-compute-time": f"{total:.6f}",
        "x-compute-characters": str(characters),
        "x-total-time": _milliseconds(total),
        "x-validation-time": _milliseconds(answer.validated),
        "x-queue-time": _milliseconds(answer.queued),
        "x-inference-time": _milliseconds(answer.inferred),
        "x-time-per-token": _milliseconds(answer.inferred / max(1, len(answer.tokens))),
        "x-prompt-tokens": str(answer.read),
        "x-generated-tokens": str(len(answer.tokens)),
    }


def json_response(document: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """Return a JSON answer."""
    return web.Response(text=json.dumps(document, ensure_ascii=False), status=status, headers=headers, content_type="application/json")


async def event_stream(request: web.Request, events: AsyncGenerator[Any], characters: int) -> web.StreamResponse:
    """Send events as they come; whatever happens, the status is 200 by then."""
    response = web.StreamResponse(
        headers={
            "Content-Type": "text/event-stream",
            "Cache-Control": "no-cache",
            "x-accel-buffering": "no",
            "x-compute-type": "cpu",
            "x-compute-characters": str(characters),
        }
    )
    await response.prepare(request)
    async with aclosing(events):
        async for event in events:
            text = event if isinstance(event, str) else json.dumps(event, ensure_ascii=False)
            await response.write(f"data: {text}\n\n".encode())
    await response.write_eof()
    return response


def _milliseconds(seconds: float) -> str:
    return str(round(seconds * 1000))
