"""Public clients work against the server, as they come."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import aiohttp
import huggingface_hub
import openai
import pytest
from huggingface_hub.errors import GenerationError, OverloadedError, ValidationError

from synthc.runtime.endpoints.embedded.server.refusal import failed, overloaded
from tests.runtime.endpoints.served import Served, served

KEY = "hunter2"
CHAT: list[Any] = [{"role": "user", "content": "Make a chat of it.\n\nA bridge opened in May."}]


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    """A server with a key, so that none is sent by habit."""
    with served(key=KEY) as found:
        yield found


@pytest.fixture
def hub(server: Served, monkeypatch: pytest.MonkeyPatch) -> huggingface_hub.InferenceClient:
    """The Hub's client."""
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    return huggingface_hub.InferenceClient(base_url=server.url, token=KEY)


@pytest.fixture
def client(server: Served) -> openai.OpenAI:
    """OpenAI's client."""
    return openai.OpenAI(base_url=f"{server.url}/v1", api_key=KEY, max_retries=0)


def test_the_hub_s_client_generates_text(hub: huggingface_hub.InferenceClient) -> None:
    """Whole, with details, and token by token."""
    text = hub.text_generation("hi", max_new_tokens=5, return_full_text=False)
    whole = hub.text_generation("hi", max_new_tokens=5, return_full_text=False, details=True, top_n_tokens=2)
    tokens = list(hub.text_generation("hi", max_new_tokens=5, return_full_text=False, details=True, stream=True))

    assert whole.details is not None
    assert whole.generated_text == text == tokens[-1].generated_text
    assert (whole.details.finish_reason, whole.details.generated_tokens) == ("length", 5)
    assert [token.token.id for token in tokens] == [token.id for token in whole.details.tokens]
    assert list(hub.text_generation("hi", max_new_tokens=5, stream=True, return_full_text=False)) == [token.token.text for token in tokens]


def test_the_hub_s_client_chats(hub: huggingface_hub.InferenceClient) -> None:
    """Whole and in a stream, greedy and within a schema."""
    whole = hub.chat_completion(CHAT, max_tokens=5, temperature=0, logprobs=True, top_logprobs=2)
    chunks = list(hub.chat_completion(CHAT, max_tokens=5, temperature=0, stream=True))
    grammar: Any = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"properties": {"a": {"enum": ["b"]}}}}}
    record = hub.chat_completion(CHAT, max_tokens=30, response_format=grammar)

    assert whole.choices[0].message.content == "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert whole.choices[0].logprobs is not None
    assert len(whole.choices[0].logprobs.content[0].top_logprobs) == 2
    assert str(record.choices[0].message.content).replace(" ", "") == '{"a":"b"}'


def test_the_hub_s_asynchronous_client_does_the_same(server: Served, hub: huggingface_hub.InferenceClient) -> None:
    """Sixteen at once, and a stream."""

    async def run() -> tuple[list[str], list[str]]:
        async with huggingface_hub.AsyncInferenceClient(base_url=server.url, token=KEY) as client:
            many = await asyncio.gather(*(client.text_generation("hi", max_new_tokens=3, return_full_text=False) for _ in range(16)))
            stream = await client.text_generation("hi", max_new_tokens=3, return_full_text=False, stream=True)
            return list(many), [piece async for piece in stream]

    many, pieces = asyncio.run(run())
    assert set(many) == {"".join(pieces)} == {hub.text_generation("hi", max_new_tokens=3, return_full_text=False)}


def test_the_hub_s_client_names_each_error(server: Served, hub: huggingface_hub.InferenceClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it does with a real server: by `error_type`."""
    with pytest.raises(ValidationError, match="`top_p` must be"):
        hub.text_generation("hi", top_p=1.0)
    for problem, kind in ((overloaded(), OverloadedError), (failed("x"), GenerationError)):

        async def refuse(*_: object, problem: Exception = problem) -> None:
            raise problem

        with monkeypatch.context() as patch:
            patch.setattr(type(server.generating), "answer", refuse)
            with pytest.raises(kind):
                hub.text_generation("hi")


def test_openai_s_client_chats(client: openai.OpenAI) -> None:
    """Whole and in a stream that says how much it used."""
    whole = client.chat.completions.create(model="tgi", messages=CHAT, max_tokens=5, temperature=0, logprobs=True, top_logprobs=2)
    chunks = list(client.chat.completions.create(model="tgi", messages=CHAT, max_tokens=5, temperature=0, stream=True, stream_options={"include_usage": True}))

    assert whole.choices[0].message.content == "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert whole.usage is not None
    assert chunks[-1].usage == whole.usage
    assert whole.choices[0].logprobs is not None
    assert whole.choices[0].logprobs.content is not None
    assert [len(token.top_logprobs) for token in whole.choices[0].logprobs.content] == [2] * 5


def test_openai_s_client_completes(client: openai.OpenAI) -> None:
    """One prompt or two, whole or in a stream whose chunks say which prompt they are of."""
    one = client.completions.create(model="tgi", prompt="hi", max_tokens=4, temperature=0)
    two = client.completions.create(model="tgi", prompt=["hi", "how are you"], max_tokens=4, temperature=0)
    streamed = ["", ""]
    for chunk in client.completions.create(model="tgi", prompt=["hi", "how are you"], max_tokens=4, temperature=0, stream=True):
        streamed[chunk.choices[0].index] += chunk.choices[0].text

    assert [choice.text for choice in two.choices] == streamed
    assert one.choices[0].text == two.choices[0].text
    assert (one.choices[0].finish_reason, two.usage.completion_tokens if two.usage else None) == ("length", 8)


def test_openai_s_client_lists_the_model(client: openai.OpenAI) -> None:
    """There is one."""
    assert [model.id for model in client.models.list()] == ["synthc-embedded"]


def test_openai_s_client_names_each_error(client: openai.OpenAI, server: Served) -> None:
    """A setting that is refused, a key that is wrong, and an error inside of a stream."""
    with pytest.raises(openai.UnprocessableEntityError) as refused:
        client.chat.completions.create(model="tgi", messages=CHAT, top_p=1)
    with pytest.raises(openai.AuthenticationError):
        openai.OpenAI(base_url=f"{server.url}/v1", api_key="wrong", max_retries=0).chat.completions.create(model="tgi", messages=CHAT)
    with pytest.raises(openai.APIError, match="`top_p` must be"):
        list(client.chat.completions.create(model="tgi", messages=CHAT, top_p=1, stream=True))
    assert refused.value.response.json()["error_type"] == "validation"


def test_aiohttp_reads_a_stream_line_by_line(server: Served) -> None:
    """Each event when it is written, long before the last."""

    async def run() -> list[bytes]:
        body = {"inputs": "hi", "parameters": {"max_new_tokens": 5}}
        async with aiohttp.ClientSession(server.url, headers={"Authorization": f"Bearer {KEY}"}) as session, session.post("/generate_stream", json=body) as response:
            return [line async for line in response.content if line.strip()]

    lines = asyncio.run(run())
    assert len(lines) == 5
    assert all(line.startswith(b'data: {"index": ') for line in lines)
