"""`/generate`, `/generate_stream` and `/`: TGI's own routes."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from aiohttp import web

from synthc.runtime.endpoints.embedded.server.bodies import Compat, Generate, read_body
from synthc.runtime.endpoints.embedded.server.generating import Answer, Generating
from synthc.runtime.endpoints.embedded.server.refusal import Refusal
from synthc.runtime.endpoints.embedded.server.wire import event_stream, headers, json_response, token_document


async def generate(request: web.Request, generating: Generating) -> web.StreamResponse:
    """Answer whole."""
    asked = await read_body(request, Generate)
    answer, document = await _written(asked, generating, full=bool(asked.parameters.return_full_text))
    return json_response(document, headers=headers(answer, len(asked.inputs)))


async def generate_stream(request: web.Request, generating: Generating) -> web.StreamResponse:
    """Answer token by token; the last event has the whole text, and nothing comes after it."""
    asked = await read_body(request, Generate)
    return await event_stream(request, _events(asked, generating, full=bool(asked.parameters.return_full_text)), len(asked.inputs))


async def compat(request: web.Request, generating: Generating) -> web.StreamResponse:
    """Answer either way, as a list of one, with the prompt before the answer unless told otherwise."""
    asked = await read_body(request, Compat)
    full = asked.parameters.return_full_text is not False
    if asked.stream:
        return await event_stream(request, _events(asked, generating, full=full), len(asked.inputs))
    answer, document = await _written(asked, generating, full=full)
    return json_response([document], headers=headers(answer, len(asked.inputs)))


async def _written(asked: Generate, generating: Generating, *, full: bool) -> tuple[Answer, dict[str, Any]]:
    answer = await generating.answer(asked.inputs, asked.parameters)
    before = asked.inputs if full else ""
    document: dict[str, Any] = {"generated_text": before + answer.text}
    if asked.parameters.details or asked.parameters.decoder_input_details:
        document["details"] = _details(answer)
        if answer.others:
            document["details"]["best_of_sequences"] = [{"generated_text": before + other.text, **_details(other)} for other in answer.others]
    return answer, document


def _details(answer: Answer) -> dict[str, Any]:
    found = {
        "finish_reason": answer.finish,
        "generated_tokens": len(answer.tokens),
        "seed": answer.asked.seed,
        "prefill": [{"id": token.id, "text": token.text, "logprob": token.logprob} for token in answer.prefill],
        "tokens": [token_document(token) for token in answer.tokens],
    }
    if answer.asked.task.top_n:
        found["top_tokens"] = [[token_document(top) for top in token.top] for token in answer.tokens]
    return found


async def _events(asked: Generate, generating: Generating, *, full: bool) -> AsyncGenerator[dict[str, Any]]:
    index = 0
    try:
        async with aclosing(generating.stream(asked.inputs, asked.parameters)) as tokens:
            async for token, answer in tokens:
                index += 1
                event: dict[str, Any] = {"index": index, "token": token_document(token), "generated_text": None, "details": None}
                if answer.asked.task.top_n:
                    event["top_tokens"] = [token_document(top) for top in token.top]
                if answer.finish:
                    event["generated_text"] = (asked.inputs if full else "") + answer.text
                    event["details"] = _ending(answer) if asked.parameters.details else None
                yield event
    except Refusal as problem:
        yield problem.document


def _ending(answer: Answer) -> dict[str, Any]:
    return {"finish_reason": answer.finish, "generated_tokens": len(answer.tokens), "seed": answer.asked.seed, "input_length": answer.read}
