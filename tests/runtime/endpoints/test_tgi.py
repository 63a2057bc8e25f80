"""The client of Text Generation Inference, against a server that enforces its rules."""

from __future__ import annotations

import asyncio
import math
from pathlib import Path
from typing import Any

import pytest

from synthc.compiler.graph import Privacy
from synthc.runtime.answers import Unreadable, read_answer
from synthc.runtime.endpoints.base import EndpointError, Message, Reply, Request
from synthc.runtime.endpoints.calling import Caller
from synthc.runtime.endpoints.connection import Connection
from synthc.runtime.endpoints.pace import Pace
from synthc.runtime.endpoints.tgi import TgiEndpoint
from synthc.runtime.errors import InputError, OutsideFault
from synthc.runtime.ledger import Ledger
from tests.runtime.endpoints.tgi_server import TgiServer

TEXT = {"kind": "text"}
YES_NO = {"kind": "choice", "options": ["yes", "no"]}


def complete(text: str = "Say hello", **more: Any) -> Request:
    """Return a question for a base model."""
    settings: dict[str, Any] = {"answer": TEXT, "max_input": None, "max_output": 16, "temperature": 0.0, "top_p": None, "stop": (), "seed": None}
    return Request(**{"messages": None, "prompt": text, **settings, **more})


def chat(text: str = "Say hello", **more: Any) -> Request:
    """Return a question for a model that chats."""
    return complete(messages=(Message(role="system", content="Be brief."), Message(role="user", content=text)), prompt=None, **more)


ROUTES = {"/generate": complete, "/v1/chat/completions": chat}
route = pytest.mark.parametrize("route", ROUTES)


def answer(server: TgiServer, request: Request, *, timeout: float = 5.0, token: str | None = None) -> Reply:
    """Ask the server once."""

    async def run() -> Reply:
        async with server.running():
            endpoint = TgiEndpoint(connection=Connection(name="llm", url=server.url, timeout=timeout, token=token))
            try:
                return await endpoint.answer(request)
            finally:
                await endpoint.close()

    return asyncio.run(run())


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
def test_a_choice_is_scored_over_spellings(route: str) -> None:
    """Case, white space and quotes make no difference; what is neither option does not count."""
    reply = answer(TgiServer(), ROUTES[route](answer=YES_NO, temperature=0.7, seed=1))

    assert read_answer(reply, YES_NO)["p"] == pytest.approx({"yes": 0.75, "no": 0.25})


@route
def test_a_choice_outside_the_likely_tokens_is_scored_among_the_options_alone(route: str) -> None:
    """By a second question whose grammar allows nothing else."""
    server = TgiServer(likely={"The": 0.5, "It": 0.2, "I": 0.1, "A": 0.1, "**": 0.05, "yes": 0.03, "no": 0.01})

    reply = answer(server, ROUTES[route](answer=YES_NO))

    assert read_answer(reply, YES_NO)["p"] == pytest.approx({"yes": 0.75, "no": 0.25})
    assert len(server.seen) == 2


@route
def test_a_choice_that_is_never_likely_is_unreadable(route: str) -> None:
    """The row is set aside, for nobody knows."""
    reply = answer(TgiServer(likely={"The": 1.0}), ROUTES[route](answer=YES_NO))

    with pytest.raises(Unreadable, match="none of the options, for none is among the likely tokens"):
        read_answer(reply, YES_NO)


ALIKE = {"kind": "choice", "options": ["positive", "possible"]}


@route
@pytest.mark.parametrize("begins", [False, True])
def test_options_that_share_a_first_token_are_told_apart_by_the_next(route: str, begins: bool) -> None:  # noqa: FBT001
    """A chat is gone on with as the text that its template makes, which begins once."""
    server = TgiServer(likely={"pos": 0.8, "The": 0.2}, then={"pos": {"itive": 0.3, "sible": 0.6, "ture": 0.1}}, begins=begins)

    reply = answer(server, ROUTES[route](answer=ALIKE))

    assert read_answer(reply, ALIKE)["p"] == pytest.approx({"positive": 1 / 3, "possible": 2 / 3})
    assert reply.choices is not None
    assert math.exp(reply.choices["possible"]) == pytest.approx(0.48)
    assert reply.tokens_out == 2
    assert server.seen[-1][1]["inputs"] == ("" if begins else "<s>" * (route != "/generate")) + server.seen[-1][1]["inputs"].removeprefix("<s>")


def test_options_that_share_a_first_token_are_not_guessed() -> None:
    """Where the template of the chats is not told; the reason says which, and what to do."""
    with pytest.raises(EndpointError, match=r"the options `positive`, `possible` begin with the same token, so .*; word them otherwise"):
        answer(TgiServer(likely={"pos": 0.9, "The": 0.1}, template=False), chat(answer=ALIKE))


def test_an_option_that_is_the_beginning_of_another_is_its_own() -> None:
    """`no` is `no` though `not sure` begins alike."""
    of = {"kind": "choice", "options": ["no", "not sure"]}

    reply = answer(TgiServer(likely={"no": 0.6, "not": 0.2, "No": 0.2}), complete(answer=of))

    assert read_answer(reply, of)["p"] == pytest.approx({"no": 0.8, "not sure": 0.2})


LONG = " ".join(f"w{n}" for n in range(50))


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
FAULTS: dict[Any, tuple[bool, bool, str]] = {
    422: (False, False, "answered 422: Request failed "),
    424: (True, False, "answered 424: Request failed "),
    429: (True, True, "answered 429: Request failed "),
    500: (True, False, "answered 500: Request failed "),
    503: (True, True, "answered 503: Request failed "),
    "text/plain": (False, False, "answered 422: Failed to deserialize the JSON body into the target type"),
    "redirect": (False, False, "answered 307"),
    "garbage": (True, False, "answered with something that is not JSON"),
    "list": (False, False, "answered in a form that is not that of Text Generation Inference"),
    "cut": (True, False, "broke off (the connection was closed in the middle of an answer)"),
    "reset": (True, False, "broke off ("),
    "stall": (True, False, "took longer than 0.3s"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_says_whether_to_ask_again(fault: Any) -> None:
    """As the table of TGI's errors says."""
    retry, overloaded, message = FAULTS[fault]

    with pytest.raises(EndpointError) as found:
        answer(TgiServer(faults=[fault]), complete(), timeout=0.3)

    assert (found.value.retry, found.value.overloaded) == (retry, overloaded)
    assert message in str(found.value)
    assert str(found.value).startswith("endpoint `llm` at http://127.0.0.1:")


def test_the_token_is_sent_where_it_is_named_and_never_shown() -> None:
    """Not even where a server repeats it."""
    server = TgiServer(key="hunter2")
    with pytest.raises(EndpointError, match=r"answered 401; name its token with `token = secret\(...\)`, or check it$") as refused:
        answer(server, complete())
    server.faults = [500]
    with pytest.raises(EndpointError) as repeated:
        answer(server, complete(), token="wrong")

    assert answer(TgiServer(key="hunter2"), complete(), token="hunter2").text == "hello"
    assert refused.value.gone
    assert "Authorization" not in server.headers[0]
    assert "wrong" not in str(repeated.value)


def test_half_an_emoji_becomes_a_replacement_character() -> None:
    """No column can hold it."""
    assert answer(TgiServer(text="hi\ud83d"), complete()).text == "hi\ufffd"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://example.org", "endpoint `llm`: http://example.org is not encrypted; use https, an address of this machine, or say `insecure = true`"),
        ("http://user:hunter2@example.org/x?key=hunter2", "endpoint `llm`: http://example.org/x is not encrypted; use https, an address of this machine, or say `insecure = true`"),
        ("localhost:8080", "endpoint `llm`: localhost:8080 is no address; write it as https://HOST or http://localhost:PORT"),
        ("ftp://localhost", "endpoint `llm`: ftp://localhost is no address; write it as https://HOST or http://localhost:PORT"),
        ("http://localhost:99999", "endpoint `llm`: http://localhost:99999 is no address; write it as https://HOST or http://localhost:PORT"),
        ("https://my host", "endpoint `llm`: https://my host is no address; write it as https://HOST or http://localhost:PORT"),
    ],
)
def test_an_address_is_encrypted_or_of_this_machine(url: str, message: str) -> None:
    """And is shown without what is secret in it."""
    with pytest.raises(InputError) as found:
        Connection(name="llm", url=url, timeout=1)

    assert str(found.value) == message


@pytest.mark.parametrize(("url", "remote"), [("https://example.org", True), ("https://localhost", False), ("http://127.0.0.1:80", False), ("http://[::1]:80", False), ("https://localhost.example.org", True)])
def test_only_this_machine_is_not_remote(url: str, remote: bool) -> None:  # noqa: FBT001
    """Whatever the address looks like."""
    assert TgiEndpoint(connection=Connection(name="llm", url=url, timeout=1)).remote is remote


def test_the_identity_is_the_model_that_answers() -> None:
    """It is asked for once."""

    async def run() -> list[Any]:
        async with TgiServer().running() as server:
            endpoint = TgiEndpoint(connection=Connection(name="llm", url=server.url, timeout=1))
            first = await endpoint.identity()
            await endpoint.close()
        return [first, await endpoint.identity()]

    first, again = asyncio.run(run())
    assert (first.model, first.revision, first.server) == ("toy", "abc", "tgi 3.3.6")
    assert again is first


def test_a_token_that_would_become_two_headers_is_refused() -> None:
    """Without being shown."""
    with pytest.raises(InputError) as problem:
        Connection(name="llm", url="https://example.org", timeout=1, token="hunter2\nX-Other: 1")

    assert str(problem.value) == "endpoint `llm`: its token holds characters that no token has, such as the end of a line; look at the secret that it comes from"


def test_a_name_and_password_in_the_address_are_sent_as_such() -> None:
    """They stay out of the request's line, its host, and whatever is shown."""
    server = TgiServer()

    async def run() -> None:
        async with server.running():
            connection = Connection(name="llm", url=f"http://me:hunter%202@127.0.0.1:{server.port}", timeout=1)
            await connection.send("POST", "/generate", {"inputs": "x", "parameters": {"do_sample": False}})
            assert "hunter" not in repr(connection) + repr(connection._client) + connection.where
            await connection.close()

    asyncio.run(run())

    assert server.headers[0]["Authorization"] == "Basic bWU6aHVudGVyIDI="
    assert server.headers[0]["Host"] == f"127.0.0.1:{server.port}"


def test_a_server_that_is_not_there_is_a_fault_outside() -> None:
    """With what to do."""
    endpoint = TgiEndpoint(connection=Connection(name="llm", url="http://127.0.0.1:9", timeout=1))

    with pytest.raises(OutsideFault, match=r"is not answering \(nobody listens\); start the server, or point elsewhere with `--endpoint llm=tgi:URL`$"):
        asyncio.run(endpoint.identity())


def ask_all(server: TgiServer, folder: Path, count: int, *, most: int = 32, backoff: float = 0.005) -> tuple[Caller, list[Any]]:
    """Ask many questions at once through a caller."""

    async def run() -> tuple[Caller, list[Any]]:
        ledger = Ledger(path=folder / "ledger.sqlite")
        async with server.running():
            endpoint = TgiEndpoint(connection=Connection(name="llm", url=server.url, timeout=5))
            caller = Caller(name="llm", endpoint=endpoint, identity=await endpoint.identity(), ledger=ledger, pace=Pace(most=most), label=Privacy.PUBLIC, backoff=backoff)
            found = await asyncio.gather(*(caller.ask(complete(f"q{n}")) for n in range(count)), return_exceptions=True)
            await endpoint.close()
        ledger.close()
        return caller, found

    return asyncio.run(run())


def test_an_overloaded_server_slows_the_caller_down_and_loses_nothing(tmp_path: Path) -> None:
    """The pace settles near what the server sustains, below what the spec allows."""
    server = TgiServer(permits=4, work=0.005)

    caller, found = ask_all(server, tmp_path, 300)

    assert {reply.text for reply in found} == {"hello"}
    assert caller.failed == 0
    assert caller.pace.now < 12
    assert server.refused < 150


@pytest.mark.parametrize("fault", [424, 500, "reset", "cut", "garbage"])
def test_faults_that_pass_are_not_noticed(tmp_path: Path, fault: Any) -> None:
    """They are asked again."""
    caller, found = ask_all(TgiServer(faults=[fault, fault]), tmp_path, 1)

    assert found[0].text == "hello"
    assert (caller.requests, caller.failed) == (1, 0)


def test_a_fault_that_stays_sets_the_question_aside(tmp_path: Path) -> None:
    """After three tries."""
    server = TgiServer(faults=[500] * 10)

    caller, found = ask_all(server, tmp_path, 1)

    assert isinstance(found[0], EndpointError)
    assert caller.failed == 1
    assert len(server.faults) == 7


def test_retry_after_is_obeyed(tmp_path: Path) -> None:
    """As a number of seconds."""
    times: list[float] = []

    async def sleep(seconds: float) -> None:
        times.append(seconds)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("synthc.runtime.endpoints.calling.sleep", sleep)
        ask_all(TgiServer(faults=[429], after="7"), tmp_path, 1)

    assert 7 <= times[0] <= 7.25


def test_a_server_that_stays_overloaded_stops_the_run(tmp_path: Path) -> None:
    """It is the server's fault and not the row's."""
    _, found = ask_all(TgiServer(faults=[429] * 50), tmp_path, 1, backoff=0.0001)

    assert isinstance(found[0], OutsideFault)
    assert str(found[0]).endswith("; see to the server and repeat the command, which goes on from here")


def settled(server: TgiServer, request: Request) -> Reply:
    """Ask the server which model it has and what it takes, and then once."""

    async def run() -> Reply:
        async with server.running():
            endpoint = TgiEndpoint(connection=Connection(name="llm", url=server.url, timeout=5.0))
            try:
                await endpoint.identity()
                return await endpoint.answer(request)
            finally:
                await endpoint.close()

    return asyncio.run(run())


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
            endpoint = TgiEndpoint(connection=Connection(name="llm", url=server.url, timeout=5.0), adapter="phone")
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
            endpoint = TgiEndpoint(connection=Connection(name="llm", url=server.url, timeout=5.0))
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
            endpoint = TgiEndpoint(connection=Connection(name="llm", url=bare.url, timeout=5.0))
            try:
                return [await endpoint.answer(ROUTES[route](answer=whole)) for _ in range(2)]
            finally:
                await endpoint.close()

    assert [read_answer(reply, whole)["value"] for reply in asyncio.run(twice())] == [41, 41]
    assert len([path for path, _ in bare.seen if path == route]) == 3
