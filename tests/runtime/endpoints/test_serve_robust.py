"""No body makes the server fail: whatever stands in it is answered, or refused with a reason."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.runtime.endpoints.served import Served, served

SCHEMA = {"properties": {"a": {"type": "string", "maxLength": 3}, "b": {"type": "array", "items": {"enum": ["x", 1]}, "maxItems": 2}, "c": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/d"}]}}, "$defs": {"d": {"const": 1}}}
MESSAGES = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": [{"type": "text", "text": "hi"}]}]
PLAIN: dict[str, Any] = {"max_new_tokens": 2, "do_sample": True, "temperature": 0.5, "top_k": 5, "top_p": 0.5, "typical_p": 0.5, "seed": 1, "stop": ["a"], "top_n_tokens": 2, "details": True, "truncate": 5}
BODIES: list[tuple[str, dict[str, Any]]] = [
    ("/generate", {"inputs": "hi", "parameters": {**PLAIN, "repetition_penalty": 1.1, "frequency_penalty": 0.1, "return_full_text": False, "decoder_input_details": True}}),
    ("/generate", {"inputs": "hi", "parameters": {"max_new_tokens": 2, "grammar": {"type": "json", "value": SCHEMA}}}),
    ("/generate", {"inputs": "hi", "parameters": {"max_new_tokens": 2, "grammar": {"type": "regex", "value": "[a-z]{2}"}}}),
    ("/v1/chat/completions", {"messages": MESSAGES, "max_tokens": 2, "logprobs": True, "top_logprobs": 1, "response_format": {"type": "json_schema", "json_schema": {"schema": SCHEMA}}}),
    ("/v1/chat/completions", {"messages": MESSAGES, "max_tokens": 2, "stream": True, "stream_options": {"include_usage": True}}),
    ("/v1/completions", {"prompt": ["hi", "ho"], "max_tokens": 2, "stop": "a", "temperature": 0.5, "presence_penalty": 0.5}),
]
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([2**64, -(2**63), 1e300, 0.0, -1.5, "", "\u65e5", "(", "[", "\\", "a{9999}", "\x00", "<|chat|>", "#/$defs/a", {}, [], {"a": {}}, ["x", 1], [[]]]),
    st.text(max_size=5),
)


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    """A server as the command starts it."""
    with served() as found:
        yield found


def places(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to each value inside of a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield (*before, key)
        yield from places(item, (*before, key))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True, database=None)
@given(chosen=st.sampled_from(BODIES), place=st.integers(0, 10**6), value=VALUES)
def test_whatever_stands_in_a_body_is_answered_or_refused(server: Served, chosen: tuple[str, dict[str, Any]], place: int, value: Any) -> None:
    """One value anywhere in a good body is another: the answer is 200 or 4xx with a reason, never 5xx."""
    path, body = chosen[0], copy.deepcopy(chosen[1])
    ways = list(places(body))
    way = ways[place % len(ways)]
    inner = body
    for key in way[:-1]:
        inner = inner[key]
    inner[way[-1]] = value
    if way[-1] in {"max_new_tokens", "max_tokens"} and value is None:
        return  # it would write until it has enough, which takes long and fails nowhere
    said = server.ask(path, body)

    assert said.status in {200, 400, 422, 424}, (body, said.text)
    assert said.status != 424 or "no token of the bundled model writes" in said.text
    assert said.text
    assert server.generating.flying == 0
    assert server.generating.batching.healthy
