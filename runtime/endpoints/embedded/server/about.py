"""`/info`, `/health`, `/metrics`, `/v1/models` and the tokenizer: all that is told without writing anything."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from aiohttp import web

from synthc.runtime.endpoints.embedded.decode import revision
from synthc.runtime.endpoints.embedded.server.bodies import Chat, Generate, read_body
from synthc.runtime.endpoints.embedded.server.generating import Generating
from synthc.runtime.endpoints.embedded.server.layout import Piece, lay_out
from synthc.runtime.endpoints.embedded.server.refusal import Refusal
from synthc.runtime.endpoints.embedded.server.wire import json_response

MODEL = "synthc-embedded"


@lru_cache(maxsize=1)
def model_sha() -> str:
    """Return what changes with the weights."""
    return revision()


def fingerprint(generating: Generating) -> str:
    """Return what changes with the program or the weights."""
    return f"{generating.version}-{model_sha()}"


async def info(_: web.Request, generating: Generating) -> web.StreamResponse:
    """Tell the model, and what is allowed."""
    limits = generating.limits
    return json_response(
        {
            "model_id": MODEL,
            "model_sha": model_sha(),
            "model_pipeline_tag": "text-generation",
            "max_concurrent_requests": limits.max_concurrent_requests,
            "max_best_of": limits.max_best_of,
            "max_stop_sequences": limits.max_stop_sequences,
            "max_input_tokens": limits.max_input_tokens,
            "max_total_tokens": limits.max_total_tokens,
            "validation_workers": 1,
            "max_client_batch_size": limits.max_client_batch_size,
            "router": "synthc",
            "version": generating.version,
            "sha": None,
            "docker_label": None,
        }
    )


async def health(_: web.Request, generating: Generating) -> web.StreamResponse:
    """Tell whether the model writes."""
    if not await generating.probe():
        raise Refusal(503, "healthcheck", "unhealthy")
    return web.Response()


async def metrics(_: web.Request, generating: Generating) -> web.StreamResponse:
    """Tell what was counted."""
    batching = generating.batching
    return web.Response(text=generating.metrics.text(queued=batching.queued, running=batching.running))


async def models(_: web.Request, generating: Generating) -> web.StreamResponse:
    """Tell the one model that there is."""
    del generating
    return json_response({"object": "list", "data": [{"id": MODEL, "object": "model", "created": 0, "owned_by": MODEL}]})


async def tokenize(request: web.Request, generating: Generating) -> web.StreamResponse:
    """Cut a prompt into tokens."""
    asked = await read_body(request, Generate)
    return json_response(_tokens(asked.inputs, lay_out(generating.vocabulary.tokenizer, asked.inputs)))


async def chat_tokenize(request: web.Request, generating: Generating) -> web.StreamResponse:
    """Show a chat as the model reads it."""
    from synthc.runtime.endpoints.embedded.server.openai import templated

    text = templated(await read_body(request, Chat), generating)
    return json_response({"tokenize_response": _tokens(text, lay_out(generating.vocabulary.tokenizer, text)), "templated_text": text})


def _tokens(text: str, pieces: Sequence[Piece]) -> list[dict[str, Any]]:
    return [{"id": piece.id, "text": text[piece.start : piece.stop], "start": piece.start, "stop": piece.stop} for piece in pieces]
