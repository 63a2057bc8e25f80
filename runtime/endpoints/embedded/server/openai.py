"""`/v1/chat/completions` and `/v1/completions`: OpenAI's routes, as TGI answers them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

from aiohttp import web

from synthc.runtime.endpoints.base import Message
from synthc.runtime.endpoints.embedded.server.about import MODEL, fingerprint
from synthc.runtime.endpoints.embedded.server.bodies import Chat, Completion, read_body
from synthc.runtime.endpoints.embedded.server.generating import Answer, Generating, together
from synthc.runtime.endpoints.embedded.server.layout import as_text
from synthc.runtime.endpoints.embedded.server.refusal import Refusal
from synthc.runtime.endpoints.embedded.server.wire import DONE, event_stream, headers, json_response
from synthc.runtime.endpoints.embedded.server.writing import Token


async def chat_completions(request: web.Request, generating: Generating) -> web.StreamResponse:
    """Answer a chat."""
    asked = await read_body(request, Chat)
    inputs = templated(asked, generating)
    if asked.stream:
        return await event_stream(request, _chat_events(asked, inputs, generating), len(inputs))
    answer = await generating.answer(inputs, asked.parameters)
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": answer.text},
        "logprobs": _logprobs(answer.tokens) if asked.logprobs else None,
        "finish_reason": _finish(answer),
    }
    document = {**_head("chat.completion", generating), "choices": [choice], "usage": _usage([answer])}
    return json_response(document, headers=headers(answer, len(inputs)))


async def completions(request: web.Request, generating: Generating) -> web.StreamResponse:
    """Answer one or a few prompts."""
    asked = await read_body(request, Completion)
    if asked.suffix is not None:
        raise Refusal(422, "suffix not supported", "Suffix is not supported and can be achieved by preprocessing the prompt.")
    most = generating.limits.max_client_batch_size
    if len(asked.prompts) > most:
        raise Refusal(422, "batch size exceeded", f"Number of prompts exceeds the maximum allowed batch size of {most}")
    characters = sum(map(len, asked.prompts))
    if asked.stream:
        return await event_stream(request, _completion_events(asked, generating), characters)
    answers = await together(*(generating.answer(prompt, asked.parameters) for prompt in asked.prompts))
    choices = [{"index": index, "text": answer.text, "logprobs": None, "finish_reason": _finish(answer)} for index, answer in enumerate(answers)]
    document = {**_head("text_completion", generating), "choices": choices, "usage": _usage(answers)}
    return json_response(document, headers=headers(answers[0], characters) if answers else None)


def templated(asked: Chat, generating: Generating) -> str:
    """Return a chat as the model reads it; a question for the likely first tokens is a judgement.

    Raises:
        Refusal: it is none, or wants tools.
    """
    if asked.tools:
        both = asked.response_format is not None
        raise Refusal(422, "tool_error", "Tool error: " + ("Grammar and tools are mutually exclusive" if both else "the bundled model calls no tools"))
    if not asked.messages:
        raise Refusal(422, "template_error", "Template error: there are no messages")
    if any(chunk.type != "text" for message in asked.messages if isinstance(message.content, tuple) for chunk in message.content):
        raise Refusal(422, "template_error", "Template error: the bundled model reads text alone")
    judged = asked.max_tokens == 1 and bool(asked.top_logprobs)
    messages = [Message(role=message.role, content=message.text) for message in asked.messages]
    return as_text(messages, generating.vocabulary.tokenizer, judged=judged)


async def _chat_events(asked: Chat, inputs: str, generating: Generating) -> AsyncGenerator[Any]:
    head = _head("chat.completion.chunk", generating)
    try:
        async with aclosing(generating.stream(inputs, asked.parameters)) as tokens:
            async for token, answer in tokens:
                content = "" if token.special else token.text
                delta = {"role": "assistant", "content": content}
                logprobs = _logprobs([token]) if asked.logprobs else None
                yield {**head, "choices": [{"index": 0, "delta": delta, "logprobs": logprobs, "finish_reason": _finish(answer)}], "usage": None}
        if asked.with_usage:
            yield {**head, "choices": [], "usage": _usage([answer])}
    except Refusal as problem:
        yield problem.event
    yield DONE


async def _completion_events(asked: Completion, generating: Generating) -> AsyncGenerator[Any]:
    """Yield the chunks of all prompts as they come."""
    chunks: asyncio.Queue[Any] = asyncio.Queue()
    answers: list[Answer] = []

    async def write(index: int, prompt: str) -> None:
        try:
            async for token, answer in generating.stream(prompt, asked.parameters):
                text = "" if token.special else token.text
                await chunks.put({**head, "choices": [{"index": index, "text": text, "logprobs": None, "finish_reason": _finish(answer) or ""}]})
            answers.append(answer)
        except Refusal as problem:
            await chunks.put(problem.event)
        await chunks.put(None)

    head = _head("text_completion", generating)
    async with asyncio.TaskGroup() as group:
        left = [group.create_task(write(index, prompt)) for index, prompt in enumerate(asked.prompts)]
        while left:
            chunk = await chunks.get()
            if chunk is None:
                left.pop()
            else:
                yield chunk
    if asked.with_usage:
        yield {**head, "choices": [], "usage": _usage(answers)}
    yield DONE


def _head(kind: str, generating: Generating) -> dict[str, Any]:
    return {"object": kind, "id": "", "created": int(time.time()), "model": MODEL, "system_fingerprint": fingerprint(generating)}


def _finish(answer: Answer) -> str | None:
    return {"": None, "eos_token": "stop"}.get(answer.finish, answer.finish)


def _usage(answers: Sequence[Answer]) -> dict[str, int]:
    read, written = sum(answer.read for answer in answers), sum(len(answer.tokens) for answer in answers)
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


def _logprobs(tokens: Sequence[Token]) -> dict[str, Any]:
    told = [{"token": t.text, "logprob": t.logprob, "top_logprobs": [{"token": top.text, "logprob": top.logprob} for top in t.top]} for t in tokens]
    return {"content": told}
