"""Models behind the Hub's providers, against a server of this machine; no real provider is asked."""

from __future__ import annotations

import asyncio

import pytest

from synthc.runtime.answers import read_answer
from synthc.runtime.endpoints.base import EndpointError, Identity, Reply, Request
from synthc.runtime.endpoints.connection import Connection
from synthc.runtime.endpoints.hf import DeployedEndpoint, HfEndpoint
from synthc.runtime.errors import InputError, OutsideFault
from tests.runtime.endpoints.openai_server import OpenaiServer
from tests.runtime.endpoints.questions import ALIKE, YES_NO, chat, complete
from tests.runtime.endpoints.tgi_server import TgiServer


def use(server: OpenaiServer, *requests: Request, token: str | None = "hunter2") -> list[Reply]:
    """Return the answers of a model of the Hub whose router is that server."""

    async def run() -> list[Reply]:
        async with server.running():
            endpoint = HfEndpoint(name="llm", model="org/toy", provider="toys", token=token, base_url=server.url, timeout=60.0)
            try:
                assert await endpoint.identity() == Identity(model="org/toy", revision="", server="hf toys")
                return [await endpoint.answer(request) for request in requests]
            finally:
                await endpoint.close()

    return asyncio.run(run())


def test_a_chat_is_answered() -> None:
    """Through the client of `huggingface_hub`."""
    (reply,) = use(OpenaiServer(text="hello there ## x"), chat(temperature=0.7, seed=2**62, stop=("##",)))

    assert (reply.text, reply.finish, reply.logprob) == ("hello there ", "stop", -0.5)


def test_a_choice_is_scored_by_its_first_token() -> None:
    """What begins alike is not guessed."""
    (reply,) = use(OpenaiServer(), chat(answer=YES_NO))

    assert read_answer(reply, YES_NO)["p"] == pytest.approx({"yes": 0.75, "no": 0.25})
    with pytest.raises(EndpointError, match="begin with the same token"):
        use(OpenaiServer(likely={"pos": 1.0}), chat(answer=ALIKE))


def test_a_provider_without_probabilities_stops_the_run_at_a_choice() -> None:
    """With what to do about it."""
    with pytest.raises(InputError, match=r"^endpoint `llm`: the provider \(toys\) tells no probabilities, which a choice is read from; name another `provider`, or let the answer be `text`$"):
        use(OpenaiServer(kind="transformers"), chat(answer=YES_NO))


def test_the_saved_token_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the one that the endpoint names."""
    monkeypatch.setenv("HF_TOKEN", "saved")
    server = OpenaiServer()

    use(server, chat())
    assert [headers.get("Authorization") for headers in server.headers] == ["Bearer hunter2"]
    with pytest.raises(InputError, match=r'the one saved on this machine is not sent; name it with `token = secret\("HF_TOKEN"\)`$'):
        use(server, chat(), token=None)


def test_a_refused_token_is_not_shown() -> None:
    """Though the server says it."""
    with pytest.raises(EndpointError) as found:
        use(OpenaiServer(key="right"), chat())
    assert found.value.gone
    assert "answered 401" in str(found.value)
    assert "hunter2" not in str(found.value)


def test_providers_answer_chats() -> None:
    """A text to complete wants an endpoint of its own."""
    with pytest.raises(InputError, match="providers answer chats; write the prompt with `ask`, or give the address of an Inference Endpoint"):
        use(OpenaiServer(), complete())


@pytest.mark.parametrize("server", [TgiServer(), OpenaiServer(kind="vllm")])
def test_an_inference_endpoint_is_the_server_that_runs_there(server: TgiServer | OpenaiServer) -> None:
    """Asked by its own client; the saved token is not sent there either."""

    async def run() -> tuple[str, Reply]:
        async with server.running():
            endpoint = DeployedEndpoint(connection=Connection(name="llm", url=server.url, timeout=60.0))
            try:
                return (await endpoint.identity()).server, await endpoint.answer(complete(answer=YES_NO))
            finally:
                await endpoint.close()

    name, reply = asyncio.run(run())

    assert name == ("tgi 3.3.6" if isinstance(server, TgiServer) else "vLLM 0.14.0")
    assert read_answer(reply, YES_NO)["p"] == pytest.approx({"yes": 0.75, "no": 0.25})
    assert not any("Authorization" in headers for headers in server.headers)


def test_an_inference_endpoint_that_is_not_there_says_that_it_may_sleep() -> None:
    """For then it wakes up."""
    endpoint = DeployedEndpoint(connection=Connection(name="llm", url="http://127.0.0.1:9", timeout=60.0))

    with pytest.raises(OutsideFault, match="an Inference Endpoint that sleeps wakes up in minutes"):
        asyncio.run(endpoint.identity())
