"""The client of OpenAI's routes, against a toy that behaves as each of the servers that have them."""

from __future__ import annotations

import asyncio
import math
from typing import Any

import pytest

from synthc.runtime.answers import read_answer
from synthc.runtime.endpoints.base import EndpointError, Identity, Reply, Request
from synthc.runtime.endpoints.connection import Connection
from synthc.runtime.endpoints.openai import OpenaiEndpoint
from synthc.runtime.errors import InputError
from tests.runtime.endpoints.openai_server import ROUTES, OpenaiServer
from tests.runtime.endpoints.questions import ALIKE, LONG, TEXT, YES_NO, chat, complete

ASK = {"/v1/completions": complete, "/v1/chat/completions": chat}
route = pytest.mark.parametrize("route", ASK)
RECORD = {"kind": "record", "fields": {"name": TEXT}}


def use(toy: OpenaiServer, *requests: Request, model: str | None = None, token: str | None = None, server: str | None = None) -> tuple[Identity, list[Reply]]:
    """Return which model the server has, and its answers."""

    async def run() -> tuple[Identity, list[Reply]]:
        async with toy.running():
            endpoint = OpenaiEndpoint(connection=Connection(name="llm", url=toy.url, timeout=60.0, token=token, speaks="OpenAI's API"), model=model, server=server)
            try:
                return await endpoint.identity(), [await endpoint.answer(request) for request in requests]
            finally:
                await endpoint.close()

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("kind", "server", "revision"),
    [
        ("vllm", "vLLM 0.14.0", ""),
        ("sglang", "SGLang", "org/toy"),
        ("llama.cpp", "llama.cpp b1", "toy.gguf"),
        ("tgi", "TGI 3.3.6", "abc"),
        ("transformers", "transformers serve", ""),
        ("other", "OpenAI", ""),
    ],
)
def test_a_server_is_known_by_its_routes(kind: str, server: str, revision: str) -> None:
    """And so is the model it has."""
    assert use(OpenaiServer(kind=kind))[0] == Identity(model="toy", revision=revision, server=server)


@route
@pytest.mark.parametrize("kind", ROUTES)
def test_every_server_answers(kind: str, route: str) -> None:
    """With its tokens counted, and the stop cut off where it was left."""
    _, (reply,) = use(OpenaiServer(kind=kind, text="hello there ## x"), ASK[route](temperature=0.7, top_p=1.0, seed=2**63 - 1, stop=("##",)))

    assert (reply.text, reply.finish, reply.tokens_out) == ("hello there ", "stop", 4)
    assert (reply.logprob is None) == (kind == "transformers" or (kind == "tgi" and route == "/v1/completions"))


@route
@pytest.mark.parametrize("kind", ["vllm", "old vllm", "sglang", "llama.cpp", "other"])
def test_a_choice_is_scored_over_spellings(kind: str, route: str) -> None:
    """Whichever of the two forms the log-probabilities have."""
    server = OpenaiServer(kind=kind)

    _, (reply,) = use(server, ASK[route](answer=YES_NO))

    assert read_answer(reply, YES_NO)["p"] == pytest.approx({"yes": 0.75, "no": 0.25})
    assert len(server.seen) == 1


@route
@pytest.mark.parametrize("kind", ["vllm", "sglang", "llama.cpp"])
def test_options_that_begin_alike_are_told_apart_by_the_next_token(kind: str, route: str) -> None:
    """A chat is gone on with as each server wants it."""
    server = OpenaiServer(kind=kind, likely={"pos": 0.8, "The": 0.2}, then={"pos": {"itive": 0.3, "sible": 0.6}})

    _, (reply,) = use(server, ASK[route](answer=ALIKE))

    assert reply.choices == pytest.approx({"positive": math.log(0.24), "possible": math.log(0.48)})
    if route == "/v1/chat/completions":
        assert server.seen[-1][1]["messages"][-1] == {"role": "assistant", "content": "pos"}
        assert server.seen[-1][1].get("continue_final_message", False) == (kind != "llama.cpp")


def test_a_chat_that_cannot_be_gone_on_with_is_not_guessed() -> None:
    """The reason says what to do."""
    with pytest.raises(EndpointError, match="begin with the same token, so their probabilities cannot be told apart; word them otherwise"):
        use(OpenaiServer(kind="other", likely={"pos": 1.0}), chat(answer=ALIKE))


@pytest.mark.parametrize("kind", ["vllm", "sglang"])
def test_options_that_are_not_likely_are_read_back(kind: str) -> None:
    """One question for each, whose tokens are read and not written."""
    server = OpenaiServer(kind=kind, likely={"The": 1.0}, read={" yes": 0.03, " no": 0.01})

    _, (reply,) = use(server, complete(answer=YES_NO))

    assert reply.choices == pytest.approx({"yes": math.log(0.03), "no": math.log(0.01)})
    assert [body.get("echo", False) for _, body in server.seen] == [False, True, True]


@pytest.mark.parametrize(
    ("kind", "request_", "remedy"),
    [
        ("transformers", chat(answer=YES_NO), "(transformers serve) tells no probabilities, which a choice is read from; ask vLLM, SGLang, llama.cpp or TGI, or let the answer be `text`"),
        ("tgi", complete(answer=YES_NO), "(TGI) tells no probabilities for a text to complete, which a choice is read from; declare it with `tgi(...)`"),
    ],
)
def test_a_server_that_tells_no_probabilities_stops_the_run(kind: str, request_: Request, remedy: str) -> None:
    """It would be so for every row."""
    server = OpenaiServer(kind=kind)

    with pytest.raises(InputError) as found:
        use(server, request_)
    assert str(found.value).endswith(remedy)
    assert server.seen == []


@pytest.mark.parametrize(
    ("kind", "grammar"),
    [("vllm", "structured_outputs"), ("old vllm", "guided_json"), ("sglang", "response_format"), ("llama.cpp", "response_format"), ("tgi", "response_format")],
)
@route
def test_a_record_is_constrained_in_the_spelling_of_the_server(kind: str, grammar: str, route: str) -> None:
    """That of vLLM changed with its release 0.12."""
    server = OpenaiServer(kind=kind, text='{"name":"x"}')

    _, (reply,) = use(server, ASK[route](answer=RECORD))

    assert read_answer(reply, RECORD)["value"] == {"name": "x"}
    assert "properties" in str(server.seen[0][1][grammar])


INT, FLOAT, LIST = {"kind": "int"}, {"kind": "float"}, {"kind": "list", "of": TEXT}
REGEX = " ?-?[0-9]{1,18}[^0-9]{0,16}"
SPELT: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "vllm": ({"structured_outputs": {"regex": REGEX}}, {"structured_outputs": {"choice": ["yes", "no"]}}),
    "old vllm": ({"guided_regex": REGEX}, {"guided_choice": ["yes", "no"]}),
    "sglang": ({"regex": REGEX}, {"regex": "yes|no"}),
    "llama.cpp": ({"grammar": 'root ::= " "? "-"? [0-9]{1,18} [^0-9]{0,16}'}, {"grammar": 'root ::= "yes" | "no"'}),
    "tgi": ({"response_format": {"type": "regex", "value": REGEX}}, {"response_format": {"type": "regex", "value": "yes|no"}}),
    "other": ({}, {}),
    "transformers": ({}, {}),
}
"""How a whole number and a choice are spelt at each server."""
USUAL = {"model", "messages", "prompt", "max_tokens", "temperature", "logprobs", "top_logprobs", "echo", "seed", "stop"}


def held(body: dict[str, Any]) -> dict[str, Any]:
    """Return what holds an answer to its type."""
    return {key: value for key, value in body.items() if key not in USUAL}


@route
@pytest.mark.parametrize("kind", SPELT)
def test_a_number_is_held_to_its_pattern(kind: str, route: str) -> None:
    """In the spelling of each server, and read from free text where it has none."""
    server = OpenaiServer(kind=kind, text="41")

    _, (reply,) = use(server, ASK[route](answer=INT))

    assert read_answer(reply, INT)["value"] == 41
    assert held(server.seen[0][1]) == SPELT[kind][0]


def test_a_list_is_held_to_json_where_its_prompt_asks_for_it() -> None:
    """A prompt that asks for lines gets lines."""
    server = OpenaiServer(text='["a"]')

    use(server, chat("Answer with a JSON array.", answer=LIST), chat("One line each.", answer=LIST))

    assert [held(body) for _, body in server.seen] == [{"structured_outputs": {"json": {"type": "array", "items": {"type": "string"}}}}, {}]


@pytest.mark.parametrize("answer", [INT, FLOAT, RECORD])
def test_a_server_that_refuses_forms_answers_without(answer: dict[str, Any]) -> None:
    """It is not told them again, and what is wrong with a request anyway is said as it is."""
    server = OpenaiServer(text={"int": "41", "float": "4.1"}.get(answer["kind"], '{"name":"x"}'), refuses="structured_outputs")

    _, replies = use(server, complete(answer=answer), complete(answer=answer))

    assert [read_answer(reply, answer)["ok"] for reply in replies] == [True, True]
    assert [bool(held(body)) for _, body in server.seen] == [True, False, False]
    with pytest.raises(EndpointError, match="answered 400: no"):
        use(OpenaiServer(refuses="model"), complete(answer=answer))


@pytest.mark.parametrize("kind", ["sglang", "tgi"])
def test_unlikely_options_are_scored_with_nothing_else_allowed(kind: str) -> None:
    """Where the server tells probabilities behind its grammar: one question more."""
    server = OpenaiServer(kind=kind, likely={"The": 1.0}, allowed={"yes": 0.75, "no": 0.25})

    _, (reply,) = use(server, chat(answer=YES_NO))

    assert reply.choices == pytest.approx({"yes": math.log(0.75), "no": math.log(0.25)})
    assert [held(body) for _, body in server.seen] == [{}, SPELT[kind][1]]


@pytest.mark.parametrize("kind", ["vllm", "llama.cpp"])
def test_unlikely_options_are_forced_one_by_one(kind: str) -> None:
    """Where the server tells probabilities from before its grammar: those of each option's own tokens."""
    server = OpenaiServer(kind=kind, likely={"The": 1.0}, forced={"yes": [("y", 0.1), ("es", 0.3)], "no": [("no", 0.01), ("<end>", 0.5)]})

    _, (reply,) = use(server, chat(answer=YES_NO))

    assert reply.choices == pytest.approx({"yes": math.log(0.03), "no": math.log(0.01)})
    assert len(server.seen) == 4
    assert SPELT[kind][1] == held(server.seen[1][1])
    assert reply.tokens_out == 1 + 1 + 2 + 2


@pytest.mark.parametrize("said", [None, "vllm"])
def test_a_spec_says_which_server_a_gateway_hides(said: str | None) -> None:
    """Whose own routes are not to be seen."""
    server = OpenaiServer(kind="other", text="41")

    identity, (_,) = use(server, complete(answer=INT), server=said)

    assert identity.server == ("vLLM" if said else "OpenAI")
    assert held(server.seen[0][1]) == (SPELT["vllm"][0] if said else {})


def test_which_of_several_models_answers_is_said() -> None:
    """One that the server does not have is named with those it has."""
    server = OpenaiServer(models=("toy", "other"))

    assert use(server, model="other")[0].model == "other"
    with pytest.raises(InputError, match=r"has several models \(`toy`, `other`\); say which with `openai\(..., model = \"NAME\"\)`$"):
        use(server)
    with pytest.raises(InputError, match=r"has no model `tot`; it has `toy`, `other`$"):
        use(server, model="tot")


@pytest.mark.parametrize("kind", ["vllm", "llama.cpp", "other"])
def test_a_prompt_that_is_too_long_is_set_aside_or_cut(kind: str) -> None:
    """As the server counts its tokens, or by a guess where it does not count."""
    server = OpenaiServer(kind=kind)
    _, (reply,) = use(server, complete(LONG, max_input=20, cut=True))
    sent: dict[str, Any] = server.seen[-1][1]

    assert reply.text == "hello"
    assert LONG.startswith(sent["prompt"])
    assert 10 < len(sent["prompt"].split()) <= 30
    with pytest.raises(EndpointError, match=r"^the prompt has \d+ tokens, more than `max_input = 20`$"):
        use(server, complete(LONG, max_input=20))


def test_the_token_is_sent_and_never_shown() -> None:
    """Not even by a server that says it in its error."""
    server = OpenaiServer(key="right")

    assert use(server, complete(), token="right")[1][0].text == "hello"
    with pytest.raises(EndpointError, match=r"answered 401: wrong key Bearer \.\.\.; name its token with") as found:
        use(server, complete(), token="hunter2")
    assert "hunter2" not in str(found.value)
