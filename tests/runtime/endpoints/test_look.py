"""What is told of an endpoint before a run."""

from __future__ import annotations

import asyncio

import pytest

from synthc.runtime.endpoints.base import Endpoint
from synthc.runtime.endpoints.connection import Connection
from synthc.runtime.endpoints.fake import FakeEndpoint
from synthc.runtime.endpoints.look import Prompt, Seen, look
from synthc.runtime.endpoints.openai import OpenaiEndpoint
from synthc.runtime.endpoints.pool import Member, PoolEndpoint
from synthc.runtime.endpoints.tgi import TgiEndpoint
from tests.runtime.endpoints.openai_server import OpenaiServer
from tests.runtime.endpoints.questions import TEXT
from tests.runtime.endpoints.tgi_server import TgiServer


async def seen(endpoint: Endpoint, **asked: list[str] | Prompt) -> list[Seen]:
    """Return all that is seen, and close the endpoint; a list stands for a choice of options."""
    prompts = {name: one if isinstance(one, Prompt) else Prompt({"kind": "choice", "options": one}) for name, one in asked.items()}
    try:
        return [one async for one in look(endpoint, prompts)]
    finally:
        await endpoint.close()


def of_openai(kind: str, **asked: list[str] | Prompt) -> list[Seen]:
    """Return what is seen of a server with OpenAI's routes."""

    async def run() -> list[Seen]:
        async with OpenaiServer(kind=kind).running() as server:
            return await seen(OpenaiEndpoint(connection=Connection(name="llm", url=server.url, timeout=60.0)), **asked)

    return asyncio.run(run())


def test_of_tgi_are_told_its_model_its_limits_and_how_busy_it_is() -> None:
    """And how the options of each prompt are told apart."""

    async def run() -> list[Seen]:
        async with TgiServer().running() as server:
            return await seen(TgiEndpoint(connection=Connection(name="llm", url=server.url, timeout=60.0)), chatty=["yes", "no"], mood=["so so", "so good", "bad"])

    assert asyncio.run(run()) == [
        Seen(True, "answers with toy (abc), served by tgi 3.3.6"),
        Seen(True, "takes 200 tokens of a prompt, 300 tokens with the answer, 128 requests at once"),
        Seen(True, "has 3 requests running and 1 waiting"),
        Seen(True, "scores the options of `chatty` by the first token; where none of them is likely, with only the options allowed"),
        Seen(True, "scores the options of `mood` by the first token, and `so so`, `so good` by the next, for they begin alike; where none of them is likely, with only the options allowed"),
    ]


@pytest.mark.parametrize(
    ("kind", "last"),
    [
        ("llama.cpp", Seen(True, "scores the options of `mood` by the first token, and `so so`, `so good` by the next, for they begin alike; where none of them is likely, with only the options allowed")),
        ("other", Seen(False, "can't tell the options `so so`, `so good` of `mood` apart, which begin with the same token", "word them otherwise")),
        ("transformers", Seen(False, "tells no probabilities, by which `mood` chooses", "ask vLLM, SGLang, llama.cpp or TGI, or let the answer be `text`")),
    ],
)
def test_a_server_that_cannot_score_a_choice_is_noticed(kind: str, last: Seen) -> None:
    """Before rows are asked about."""
    assert of_openai(kind, mood=["so so", "so good"])[-1] == last


@pytest.mark.parametrize(
    ("kind", "record", "listed", "number"),
    [
        ("vllm", "`structured_outputs`", "`structured_outputs`", "`structured_outputs`"),
        ("old vllm", "`guided_json`", "`guided_json`", "`guided_regex`"),
        ("sglang", "`response_format`", "`response_format`", "`regex`"),
        ("llama.cpp", "`response_format`", "`response_format`", "`grammar`"),
        ("tgi", "`response_format`", None, "`response_format`"),
        ("other", "`response_format`", "`response_format`", None),
        ("transformers", None, None, None),
    ],
)
def test_the_way_of_each_prompt_is_told(kind: str, record: str | None, listed: str | None, number: str | None) -> None:
    """Held to its type by the server, in its spelling, or read from free text."""
    asked = {
        "who": Prompt({"kind": "record", "fields": {"name": TEXT}}),
        "chat": Prompt({"kind": "list", "of": TEXT}, "Answer with a JSON array."),
        "lines": Prompt({"kind": "list", "of": TEXT}, "One line each."),
        "age": Prompt({"kind": "int"}),
        "free": Prompt(TEXT),
    }
    ways = [one.what for one in of_openai(kind, **asked)][-4:]

    def way(name: str, of: str, spelt: str | None, read: str) -> str:
        return f"holds the answers to `{name}` to {of} ({spelt})" if spelt else f"answers `{name}` in free text, from which its {read} is read"

    assert ways == [way("who", "JSON", record, "record"), way("chat", "JSON", listed, "list"), way("lines", "", None, "list"), way("age", "a pattern", number, "int")]


def test_of_a_pool_each_member_is_told() -> None:
    """Those that are there and those that are not."""
    members = [Member(name="near", endpoint=FakeEndpoint(reply=lambda _: ""), most=4), Member(name="far", endpoint=TgiEndpoint(connection=Connection(name="far", url="http://127.0.0.1:9", timeout=60.0)), most=4)]

    found = asyncio.run(seen(PoolEndpoint(name="llm", members=members), chatty=["yes", "no"]))

    assert [(one.good, one.what) for one in found] == [
        (True, "answers with fake (1), served by fake"),
        (True, "has the member `near`"),
        (False, "has the member `far`"),
        (True, "scores the options of `chatty` as wholes"),
    ]
