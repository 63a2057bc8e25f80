"""Answers that are left when no more of them is worth its tokens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from synthc.runtime.answers import read_answer
from synthc.runtime.endpoints import watching
from synthc.runtime.endpoints.base import Endpoint, EndpointError, Reply, Request
from synthc.runtime.endpoints.connection import Connection
from synthc.runtime.endpoints.openai import OpenaiEndpoint
from synthc.runtime.endpoints.tgi import TgiEndpoint
from synthc.runtime.endpoints.watching import Piece, Watched, worth_watching
from tests.runtime.endpoints.openai_server import OpenaiServer
from tests.runtime.endpoints.questions import TEXT, YES_NO, chat, complete
from tests.runtime.endpoints.served import Served, served
from tests.runtime.endpoints.tgi_server import TgiServer
from tests.waiting import wait

TWO = {"kind": "list", "of": TEXT, "most": 2}
LINES = "hey you\nare you home\nnot yet lol\nwhen then " + " ".join(f"word{n}" for n in range(200))
ROUTES = pytest.mark.parametrize("ask", [complete, chat])


@pytest.fixture
def server() -> Iterator[Served]:
    """A server of the bundled model that lets in one."""
    with served(pause=0.02, max_concurrent_requests=1) as found:
        yield found


def answers(make: Callable[[], Endpoint], *requests: Request) -> list[Reply]:
    """Return the answers of an endpoint, one after another."""

    async def run() -> list[Reply]:
        endpoint = make()
        try:
            await endpoint.identity()
            return [await endpoint.answer(request) for request in requests]
        finally:
            await endpoint.close()

    return asyncio.run(run())


@ROUTES
@pytest.mark.parametrize("kind", [TgiEndpoint, OpenaiEndpoint])
def test_leaving_frees_the_place_at_the_server(server: Served, kind: Any, ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """On every route: the next question finds the only place free, and the server counts the first as dropped."""
    monkeypatch.setattr(watching, "in_loop", lambda _: True)
    long = ask(max_output=400, temperature=1.0, seed=3, answer=TEXT)

    def make() -> Endpoint:
        return kind(connection=Connection(name="llm", url=server.url, timeout=60.0))  # type: ignore[no-any-return]

    async def run() -> tuple[Reply, Reply]:
        endpoint = make()
        try:
            await endpoint.identity()
            left = await endpoint.answer(long)
            # The place is free at the server's next token, of which it is not told before.
            await asyncio.to_thread(wait, lambda: server.generating.flying == 0 and server.generating.batching.running == 0)
            return left, await endpoint.answer(ask(max_output=2))
        finally:
            await endpoint.close()

    left, after = asyncio.run(run())

    assert (left.tokens_out, left.saved) == (16, 384)
    assert left.tokens_in > 0
    assert server.generating.metrics.failures["dropped"] == 1
    assert after.tokens_out > 0


async def answered(toy: OpenaiServer | TgiServer, kind: type[OpenaiEndpoint | TgiEndpoint], request: Request) -> Reply:
    """Return what a toy server's endpoint makes of a request."""
    async with toy.running():
        endpoint = kind(connection=Connection(name="llm", url=toy.url, timeout=60.0))
        try:
            return await endpoint.answer(request)
        finally:
            await endpoint.close()


@ROUTES
@pytest.mark.parametrize("kind", ["vllm", "sglang", "llama.cpp", "tgi"])
def test_a_list_with_all_its_items_is_left(kind: str, ask: Any) -> None:
    """The items are those that are whole, and what it might have had still is saved."""
    toy = OpenaiServer(kind=kind, text=LINES)

    reply = asyncio.run(answered(toy, OpenaiEndpoint, ask(answer=TWO, max_output=250)))

    assert read_answer(reply, TWO)["value"] == ["hey you", "are you home"]
    assert (reply.finish, reply.tokens_out, reply.saved) == ("enough", 16, 234)
    assert reply.tokens_in == len((ask().text).split())
    assert [path for path, body in toy.seen if body.get("stream")] == ["/v1/completions" if ask is complete else "/v1/chat/completions"]


@ROUTES
def test_a_list_with_all_its_items_is_left_at_tgi(ask: Any) -> None:
    """By both of its routes; the tokens of the prompt are those that its tokenizer counts."""
    toy = TgiServer(text=LINES)

    reply = asyncio.run(answered(toy, TgiEndpoint, ask(answer=TWO, max_output=250)))

    assert read_answer(reply, TWO)["value"] == ["hey you", "are you home"]
    assert (reply.finish, reply.tokens_out, reply.saved, reply.tokens_in) == ("enough", 16, 234, len(ask().text.split()))


@pytest.mark.parametrize("finish", ["stop", "length"])
def test_an_answer_of_a_server_that_tells_all_at_once_has_no_more_items(finish: str) -> None:
    """So that the rows are the same whoever answers."""
    reply = Reply(text="hey you\nare you home\nnot yet lol", finish=finish, logprob=None, choices=None, tokens_in=1, tokens_out=9)

    assert read_answer(reply, TWO)["value"] == ["hey you", "are you home"]


def test_an_array_is_left_when_its_items_are_there() -> None:
    """Not while the last of them is half written."""
    found = Watched(request=complete(answer=TWO, max_output=100))
    pieces = ['["a', '", "b b', *[" b"] * 20, '"', *[" "] * 20, "]"]
    left = []
    for piece in pieces:
        found.add(Piece(piece, [0.0]))
        left.append(found.left)
    first = next(place for place, why in enumerate(left) if why)

    assert left[first] == "enough"
    assert pieces[: first + 1].count('"') == 1


@pytest.mark.parametrize(
    ("request_", "worth"),
    [
        (complete(max_output=512), True),
        (complete(max_output=64), False),
        (complete(max_output=64, answer=TWO), True),
        (complete(max_output=32, answer=TWO), False),
        (complete(max_output=512, answer=YES_NO), False),
        (complete(max_output=512, answer={"kind": "record", "fields": {"name": TEXT}}), False),
    ],
)
def test_what_is_worth_reading_as_it_comes(request_: Request, worth: bool) -> None:  # noqa: FBT001
    """A choice is one token and a short answer saves nothing."""
    assert worth_watching(request_) is worth


@pytest.mark.parametrize("kind", ["vllm", "llama.cpp"])
def test_a_stream_without_an_end_is_asked_for_again(kind: str) -> None:
    """It is a fault of the connection, not an answer."""
    toy = OpenaiServer(kind=kind, text="a b c", endless=True)

    async def run() -> None:
        async with toy.running():
            endpoint = OpenaiEndpoint(connection=Connection(name="llm", url=toy.url, timeout=60.0))
            try:
                await endpoint.answer(complete(max_output=300))
            finally:
                await endpoint.close()

    with pytest.raises(EndpointError, match="broke off") as found:
        asyncio.run(run())
    assert found.value.retry
