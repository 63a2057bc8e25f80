"""Every answer of the server has the shape that TGI describes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.runtime.endpoints import shapes
from tests.runtime.endpoints.served import Served, served
from tests.runtime.endpoints.shapes import misfits

MESSAGES = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": [{"type": "text", "text": "Say hello."}]}]
FEW = {"max_new_tokens": 3}
ALL = {**FEW, "details": True, "top_n_tokens": 2, "decoder_input_details": True, "do_sample": True, "seed": 0}
WHOLE: list[tuple[str, Any, Any]] = [
    ("/generate", {"inputs": "hi", "parameters": FEW}, shapes.GENERATED),
    ("/generate", {"inputs": "hi", "parameters": ALL}, shapes.GENERATED),
    ("/generate", {"inputs": "hi", "parameters": {**FEW, "details": True, "best_of": 2, "do_sample": True}}, shapes.GENERATED),
    ("/", {"inputs": "hi", "parameters": ALL}, [shapes.GENERATED]),
    ("/v1/chat/completions", {"messages": MESSAGES, "max_tokens": 3}, shapes.CHAT),
    ("/v1/chat/completions", {"messages": MESSAGES, "max_tokens": 3, "logprobs": True, "top_logprobs": 2, "temperature": 0, "n": 2, "logit_bias": [0]}, shapes.CHAT),
    ("/v1/completions", {"prompt": "hi", "max_tokens": 3}, shapes.COMPLETION),
    ("/v1/completions", {"prompt": ["hi", "ho"], "max_tokens": 3, "stop": "!"}, shapes.COMPLETION),
    ("/tokenize", {"inputs": "hi \u00e9"}, shapes.SIMPLE_TOKENS),
    ("/chat_tokenize", {"messages": MESSAGES}, shapes.CHAT_TOKENS),
    ("/info", None, shapes.INFO),
    ("/v1/models", None, shapes.MODELS),
]
STREAMS: list[tuple[str, Any, Any]] = [
    ("/generate_stream", {"inputs": "hi", "parameters": FEW}, shapes.STREAMED),
    ("/generate_stream", {"inputs": "hi", "parameters": {**ALL, "decoder_input_details": False}}, shapes.STREAMED),
    ("/", {"inputs": "hi", "parameters": FEW, "stream": True}, shapes.STREAMED),
    ("/v1/chat/completions", {"messages": MESSAGES, "max_tokens": 3, "stream": True, "logprobs": True, "top_logprobs": 2, "stream_options": {"include_usage": True}}, shapes.CHUNK),
    ("/v1/completions", {"prompt": ["hi", "ho"], "max_tokens": 3, "stream": True}, shapes.COMPLETION_CHUNK),
]
COUNTS = ("x-compute-characters", "x-total-time", "x-validation-time", "x-queue-time", "x-inference-time", "x-time-per-token", "x-prompt-tokens", "x-generated-tokens")


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    """A server as the command starts it."""
    with served() as found:
        yield found


@pytest.mark.parametrize(("path", "body", "shape"), WHOLE)
def test_an_answer_has_the_shape_of_its_route(server: Served, path: str, body: Any, shape: Any) -> None:
    """All fields that are needed, and none that nobody knows."""
    said = server.ask(path, body)

    assert said.status == 200, said.text
    assert list(misfits(said.body, shape)) == []


@pytest.mark.parametrize(("path", "body", "shape"), STREAMS)
def test_each_event_of_a_stream_has_the_shape_of_its_route(server: Served, path: str, body: Any, shape: Any) -> None:
    """OpenAI's end with [DONE], TGI's own with the whole text and nothing behind it."""
    said = server.ask(path, body)
    events = said.events

    assert (said.status, said.headers["content-type"]) == (200, "text/event-stream")
    assert (events[-1] == "[DONE]") is path.startswith("/v1")
    assert [problem for event in events if event != "[DONE]" for problem in misfits(event, shape)] == []
    if not path.startswith("/v1"):
        assert [event["index"] for event in events] == [1, 2, 3]
        assert [event["generated_text"] is None for event in events] == [True, True, False]
        assert "".join(event["token"]["text"] for event in events if not event["token"]["special"]) == events[-1]["generated_text"].removeprefix(body["inputs"] if path == "/" else "")


def test_a_whole_answer_says_how_long_it_took_and_how_many_tokens(server: Served) -> None:
    """In headers: whole milliseconds and counts."""
    said = server.ask("/generate", {"inputs": "hi", "parameters": {**FEW, "details": True}})

    assert all(said.headers[name].isdecimal() for name in COUNTS)
    assert said.headers["x-compute-type"] == "cpu"
    assert float(said.headers["x-compute-time"]) > 0
    assert said.headers["x-generated-tokens"] == str(said.body["details"]["generated_tokens"]) == "3"
    assert said.headers["x-prompt-tokens"] == str(len(server.ask("/tokenize", {"inputs": "hi"}).body))


def test_a_stream_says_what_it_can_when_it_begins(server: Served) -> None:
    """The kind of machine and the length of the prompt."""
    headers = server.ask("/generate_stream", {"inputs": "hi", "parameters": FEW}).headers

    assert (headers["x-compute-type"], headers["x-compute-characters"]) == ("cpu", "2")
    assert "x-queue-time" not in headers


def test_the_usage_of_a_stream_is_its_last_chunk(server: Served) -> None:
    """If it was asked for."""
    body = {"messages": MESSAGES, "max_tokens": 3, "stream": True}
    with_usage = server.ask("/v1/chat/completions", {**body, "stream_options": {"include_usage": True}}).events
    without = server.ask("/v1/chat/completions", body).events

    assert (with_usage[-2]["choices"], with_usage[-2]["usage"]["completion_tokens"]) == ([], 3)
    assert (len(without), without[-2]["choices"][0]["finish_reason"]) == (4, "length")


@pytest.mark.parametrize(("path", "body"), [("/generate", {"inputs": ""}), ("/v1/chat/completions", {"messages": []}), ("/v1/completions", {"prompt": ""})])
def test_an_error_has_one_shape_on_all_routes(server: Served, path: str, body: Any) -> None:
    """TGI's, not OpenAI's."""
    assert list(misfits(server.ask(path, body).body, shapes.ERROR)) == []


@pytest.mark.parametrize(("value", "problem"), [({}, "$.error: missing"), ({"error": "x", "error_type": 1}, "$.error_type: 1 is no str"), ({"error": "x", "error_type": "y", "more": 1}, "$.more: unknown")])
def test_a_misfit_is_noticed(value: Any, problem: str) -> None:
    """Or the others would prove nothing."""
    assert next(misfits(value, shapes.ERROR)) == problem
