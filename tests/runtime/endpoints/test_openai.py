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
from tests.runtime.endpoints.test_tgi import ALIKE, LONG, TEXT, YES_NO, chat, complete

ASK = {"/v1/completions": complete, "/v1/chat/completions": chat}
route = pytest.mark.parametrize("route", ASK)
RECORD = {"kind": "record", "fields": {"name": TEXT}}


def use(server: OpenaiServer, *requests: Request, model: str | None = None, token: str | None = None) -> tuple[Identity, list[Reply]]:
    """Return which model the server has, and its answers."""

    async def run() -> tuple[Identity, list[Reply]]:
        async with server.running():
            endpoint = OpenaiEndpoint(connection=Connection(name="llm", url=server.url, timeout=5.0, token=token, speaks="OpenAI's API"), model=model)
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
