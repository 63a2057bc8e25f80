"""What is told of an endpoint before a run."""

from __future__ import annotations

import asyncio

import pytest

from synthc.runtime.endpoints.base import Endpoint
from synthc.runtime.endpoints.connection import Connection
from synthc.runtime.endpoints.fake import FakeEndpoint
from synthc.runtime.endpoints.look import Seen, look
from synthc.runtime.endpoints.openai import OpenaiEndpoint
from synthc.runtime.endpoints.pool import Member, PoolEndpoint
from synthc.runtime.endpoints.tgi import TgiEndpoint
from tests.runtime.endpoints.openai_server import OpenaiServer
from tests.runtime.endpoints.tgi_server import TgiServer


async def seen(endpoint: Endpoint, **choices: list[str]) -> list[Seen]:
    """Return all that is seen, and close the endpoint."""
    try:
        return [one async for one in look(endpoint, choices)]
    finally:
        await endpoint.close()


def of_openai(kind: str, **choices: list[str]) -> list[Seen]:
    """Return what is seen of a server with OpenAI's routes."""

    async def run() -> list[Seen]:
        async with OpenaiServer(kind=kind).running() as server:
            return await seen(OpenaiEndpoint(connection=Connection(name="llm", url=server.url, timeout=5.0)), **choices)

    return asyncio.run(run())


def test_of_tgi_are_told_its_model_its_limits_and_how_busy_it_is() -> None:
    """And how the options of each prompt are told apart."""

    async def run() -> list[Seen]:
        async with TgiServer().running() as server:
            return await seen(TgiEndpoint(connection=Connection(name="llm", url=server.url, timeout=5.0)), chatty=["yes", "no"], mood=["so so", "so good", "bad"])

    assert asyncio.run(run()) == [
        Seen(True, "answers with toy (abc), served by tgi 3.3.6"),
        Seen(True, "takes 200 tokens of a prompt, 300 tokens with the answer, 128 requests at once"),
        Seen(True, "has 3 requests running and 1 waiting"),
        Seen(True, "scores the options of `chatty` by the first token"),
        Seen(True, "scores the options of `mood` by the first token, and `so so`, `so good` by the next, for they begin alike"),
    ]


@pytest.mark.parametrize(
    ("kind", "last"),
    [
        ("llama.cpp", Seen(True, "scores the options of `mood` by the first token, and `so so`, `so good` by the next, for they begin alike")),
        ("other", Seen(False, "can't tell the options `so so`, `so good` of `mood` apart, which begin with the same token", "word them otherwise")),
        ("transformers", Seen(False, "tells no probabilities, by which `mood` chooses", "ask vLLM, SGLang, llama.cpp or TGI, or let the answer be `text`")),
    ],
)
def test_a_server_that_cannot_score_a_choice_is_noticed(kind: str, last: Seen) -> None:
    """Before rows are asked about."""
    assert of_openai(kind, mood=["so so", "so good"])[-1] == last


def test_of_a_pool_each_member_is_told() -> None:
    """Those that are there and those that are not."""
    members = [Member(name="near", endpoint=FakeEndpoint(reply=lambda _: ""), most=4), Member(name="far", endpoint=TgiEndpoint(connection=Connection(name="far", url="http://127.0.0.1:9", timeout=1.0)), most=4)]

    found = asyncio.run(seen(PoolEndpoint(name="llm", members=members), chatty=["yes", "no"]))

    assert [(one.good, one.what) for one in found] == [
        (True, "answers with fake (1), served by fake"),
        (True, "has the member `near`"),
        (False, "has the member `far`"),
        (True, "scores the options of `chatty` as wholes"),
    ]
