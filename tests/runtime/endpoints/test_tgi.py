"""The client of Text Generation Inference, against a server that enforces its rules."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from synthc.runtime.answers import Unreadable, read_answer
from synthc.runtime.endpoints.base import EndpointError, Reply
from synthc.runtime.endpoints.connection import Connection
from synthc.runtime.endpoints.tgi import TgiEndpoint
from synthc.runtime.errors import OutsideFault
from tests.runtime.endpoints.questions import LONG, ROUTES, TEXT, answer, chat, complete, route, settled
from tests.runtime.endpoints.tgi_server import TgiServer


@route
@pytest.mark.parametrize("settings", [{}, {"temperature": 1.0, "top_p": 1.0, "seed": 2**63 - 1}, {"temperature": 0.7, "top_p": 0.9, "seed": 0}, {"temperature": 0.0, "top_p": 0.9}])
def test_every_way_of_decoding_is_one_the_router_takes(route: str, settings: dict[str, Any]) -> None:
    """A temperature of 0 is greedy and a top_p of 1 is left out."""
    reply = answer(TgiServer(text="hello there"), ROUTES[route](**settings))

    assert (reply.text, reply.finish, reply.logprob, reply.tokens_out) == ("hello there", "stop", -0.5, 2)
    assert reply.tokens_in == (2 if route == "/generate" else 7)


@route
def test_an_answer_without_room_is_cut(route: str) -> None:
    """And says so."""
    reply = answer(TgiServer(text="one two three"), ROUTES[route](max_output=2))

    assert (reply.text, reply.finish) == ("one two", "length")


@route
def test_the_stop_is_not_part_of_the_answer(route: str) -> None:
    """TGI leaves it in the text."""
    assert answer(TgiServer(text="hello ###"), ROUTES[route](stop=("\n\n", "###"))).text == "hello "


@route
def test_a_record_is_constrained_by_its_schema(route: str) -> None:
    """So that the answer has all of its fields."""
    of = {"kind": "record", "fields": {"name": TEXT, "age": TEXT}}
    server = TgiServer()

    reply = answer(server, ROUTES[route](answer=of))

    assert read_answer(reply, of)["value"] == {"name": "x", "age": "x"}
    assert server.seen[0][0] == route


@route
def test_a_prompt_that_is_too_long_is_set_aside(route: str) -> None:
    """With both numbers; it is counted and not sent."""
    server = TgiServer()

    with pytest.raises(EndpointError, match=r"^the prompt has 5[02] tokens, more than `max_input = 20`$") as found:
        answer(server, ROUTES[route](LONG, max_input=20))
    assert not found.value.retry
    assert [path for path, _ in server.seen] == ["/tokenize"]


@route
def test_a_prompt_that_may_be_cut_loses_its_end(route: str) -> None:
    """The instruction, which stands first, is kept."""
    server = TgiServer()

    answer(server, ROUTES[route](LONG, max_input=20, cut=True))

    body = server.seen[1][1]
    sent = body["inputs"] if route == "/generate" else body["messages"][1]["content"]
    assert sent == " ".join(LONG.split()[: 20 if route == "/generate" else 18])


@route
def test_a_short_prompt_is_not_counted(route: str) -> None:
    """No token is shorter than a byte."""
    server = TgiServer()

    answer(server, ROUTES[route]("hi", max_input=20))

    assert [path for path, _ in server.seen] == [route]


@route
def test_what_the_router_refuses_is_not_asked_again(route: str) -> None:
    """Its words are the reason."""
    with pytest.raises(EndpointError, match=r"answered 422: Input validation error: `inputs` must have less than 200 tokens. Given: ") as found:
        answer(TgiServer(), ROUTES[route](" ".join(["w"] * 250)))
    assert not found.value.retry


# Fault, whether asking again may help, whether the server said to slow down, and what the message ends with.


def test_half_an_emoji_becomes_a_replacement_character() -> None:
    """No column can hold it."""
    assert answer(TgiServer(text="hi\ud83d"), complete()).text == "hi\ufffd"


def test_the_identity_is_the_model_that_answers() -> None:
    """It is asked for once."""

    async def run() -> list[Any]:
        async with TgiServer().running() as server:
            endpoint = TgiEndpoint(connection=Connection(name="llm", url=server.url, timeout=60.0))
            first = await endpoint.identity()
            await endpoint.close()
        return [first, await endpoint.identity()]

    first, again = asyncio.run(run())
    assert (first.model, first.revision, first.server) == ("toy", "abc", "tgi 3.3.6")
    assert again is first


@route
def test_what_the_server_cannot_take_is_not_sent(route: str) -> None:
    """Its limits bound the prompt as `max_input` does."""
    server = TgiServer()

    with pytest.raises(EndpointError, match=r"^the prompt has [\d,]+ tokens, and the server takes [\d,]+ beside an answer of 16; shorten it, or lower `max_output`$"):
        settled(server, ROUTES[route](" ".join(f"w{n}" for n in range(250))))
    assert [path for path, _ in server.seen] == ["/tokenize"]


@route
def test_an_answer_has_the_room_that_is_left(route: str) -> None:
    """A longer one would be refused."""
    reply = settled(TgiServer(text="one two"), ROUTES[route](LONG, max_output=290))

    assert reply.text == "one two"


def test_more_stops_than_the_server_takes_are_cut_here() -> None:
    """The answer ends at the first of all."""
    assert settled(TgiServer(text="hello ## there"), complete(stop=("a1", "a2", "a3", "a4", "##"))).text == "hello "


def test_an_adapter_is_named_on_both_routes() -> None:
    """And in the identity, so that its answers are its own."""
    server = TgiServer()

    async def run() -> str:
        async with server.running():
            endpoint = TgiEndpoint(connection=Connection(name="llm", url=server.url, timeout=60.0), adapter="phone")
            for request in (complete(), chat()):
                await endpoint.answer(request)
            found = await endpoint.identity()
            await endpoint.close()
            return found.model

    assert asyncio.run(run()) == "toy with phone"
    assert [body.get("model") or body["parameters"]["adapter_id"] for _, body in server.seen] == ["phone", "phone"]


def test_another_model_behind_the_same_address_stops_the_run() -> None:
    """It is looked for when the connection broke, for a server that starts again may have another."""
    server = TgiServer(faults=["reset"])

    async def run() -> None:
        async with server.running():
            endpoint = TgiEndpoint(connection=Connection(name="llm", url=server.url, timeout=60.0))
            await endpoint.identity()
            try:
                with pytest.raises(EndpointError, match="broke off"):
                    await endpoint.answer(complete())
                server.model = "def"
                await endpoint.answer(complete())
            finally:
                await endpoint.close()

    with pytest.raises(OutsideFault, match=r"answered with toy \(abc\) and has toy \(def\) now; serve the first again, or repeat the command, "):
        asyncio.run(run())


def test_a_model_that_goes_round_in_circles_is_stopped() -> None:
    """The connection is closed, which ends the work on it; the tokens that were not written are saved."""
    server = TgiServer(text="and so we went on " * 200)

    reply = answer(server, complete(max_output=280))

    assert reply.tokens_out < 100
    assert server.seen[0][0] == "/generate_stream"
    with pytest.raises(Unreadable, match="a loop"):
        read_answer(reply, TEXT)


def test_a_long_answer_that_says_something_new_is_read_to_its_end() -> None:
    """As it came."""
    text = " ".join(f"word{n}" for n in range(200))

    reply = answer(TgiServer(text=text), complete(max_output=280))

    assert (reply.text, reply.finish, reply.logprob, reply.tokens_out) == (text, "stop", -0.5, 200)


@route
def test_a_number_is_held_to_its_pattern(route: str) -> None:
    """And read from free text where the server was started without grammars, to which none is sent again."""
    whole = {"kind": "int"}
    server = TgiServer(text="41")
    assert read_answer(answer(server, ROUTES[route](answer=whole)), whole)["value"] == 41
    assert server.seen[-1][1].get("response_format", server.seen[-1][1].get("parameters", {}).get("grammar")) == {"type": "regex", "value": " ?-?[0-9]{1,18}[^0-9]{0,16}"}

    bare = TgiServer(text="41", grammars=False)

    async def twice() -> list[Reply]:
        async with bare.running():
            endpoint = TgiEndpoint(connection=Connection(name="llm", url=bare.url, timeout=60.0))
            try:
                return [await endpoint.answer(ROUTES[route](answer=whole)) for _ in range(2)]
            finally:
                await endpoint.close()

    assert [read_answer(reply, whole)["value"] for reply in asyncio.run(twice())] == [41, 41]
    assert len([path for path, _ in bare.seen if path == route]) == 3
