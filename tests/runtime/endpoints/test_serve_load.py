"""The server under load: what is refused, who gives way, and how it stops."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import aiohttp
import pytest

from synthc.runtime.endpoints.embedded.server.batching import Batching
from tests.runtime.endpoints.served import Served, served
from tests.waiting import wait

LONG: dict[str, Any] = {"max_new_tokens": 1000, "grammar": {"type": "regex", "value": "[a-z ]*~"}}
"""An answer that lasts: every token is part of it, and it may not end before a letter that the model does not write."""
PAUSE = 0.02


@pytest.fixture
def server() -> Iterator[Served]:
    """A server that lets in two, and whose long answers last for as long as a test looks at them."""
    with served(pause=PAUSE, max_concurrent_requests=2, max_running=8) as found:
        yield found


def open_stream(server: Served, path: str = "/generate_stream") -> socket.socket:
    """Ask for a long answer."""
    host, port = server.url.removeprefix("http://").split(":")
    body = json.dumps({"inputs": "tell me", "parameters": {**LONG, "do_sample": True, "seed": 1}, "stream": True}).encode()
    connection = socket.create_connection((host, int(port)), timeout=300)
    connection.sendall(b"POST %b HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (path.encode(), len(body), body))
    return connection


def test_what_there_is_no_permit_for_is_refused_at_once(server: Served) -> None:
    """With 429 and no Retry-After; in a stream as an event, on OpenAI's with the words alone to tell."""
    body = {"inputs": "x", "parameters": {"max_new_tokens": 1}}
    chat = {"messages": [{"role": "user", "content": "x"}], "max_tokens": 1}
    holding = [open_stream(server), open_stream(server)]
    wait(lambda: server.generating.flying == 2)
    refused = server.ask("/generate", body)
    told = [server.ask("/v1/chat/completions", chat).status, server.ask("/v1/completions", {"prompt": ["x", "y"], "max_tokens": 1}).status]
    event = server.ask("/generate_stream", body)
    openai = server.ask("/v1/chat/completions", {**chat, "stream": True})
    for connection in holding:
        connection.close()
    wait(lambda: server.generating.flying == 0)

    assert (refused.status, refused.body) == (429, {"error": "Model is overloaded", "error_type": "overloaded"})
    assert "retry-after" not in refused.headers
    assert told == [429, 429]
    assert (event.status, event.events) == (200, [{"error": "Model is overloaded", "error_type": "overloaded"}])
    assert (openai.status, openai.events[0]) == (200, {"error": {"message": "Model is overloaded", "http_status_code": 422}})
    assert server.ask("/generate", body).status == 200


def test_the_best_of_two_takes_two_permits(server: Served) -> None:
    """One free is not enough."""
    holding = open_stream(server)
    wait(lambda: server.generating.flying == 1)
    refused = server.ask("/generate", {"inputs": "x", "parameters": {"best_of": 2, "do_sample": True, "max_new_tokens": 1}})
    holding.close()

    assert refused.status == 429


@pytest.mark.parametrize("path", ["/generate_stream", "/generate"])
def test_who_leaves_frees_the_place(server: Served, path: str) -> None:
    """At the next token, whether it was a stream or not; it is counted as dropped."""
    connection = open_stream(server, path)
    wait(lambda: server.generating.batching.running == 1)
    connection.close()
    wait(lambda: server.generating.flying == 0 and server.generating.batching.running == 0)

    assert server.generating.metrics.failures["dropped"] == 1
    assert server.ask("/health").status == 200


def test_a_short_answer_overtakes_a_long_one(server: Served) -> None:
    """It joins the running batch and leaves it first."""
    holding = open_stream(server)
    wait(lambda: server.generating.batching.running == 1)
    text = server.generate("hi", max_new_tokens=3)["generated_text"]
    running = server.generating.batching.running
    holding.close()

    assert text
    assert running == 1


def test_those_for_whom_there_is_no_room_queue() -> None:
    """With a permit, and with the time that they waited in a header."""
    with served(pause=PAUSE, max_running=2) as server, ThreadPoolExecutor(4) as pool:
        holding = [open_stream(server), open_stream(server)]
        wait(lambda: server.generating.batching.running == 2)
        body = {"inputs": "hi", "parameters": {"max_new_tokens": 40, "do_sample": True, "seed": 1}}
        asked = [pool.submit(server.ask, "/generate", body) for _ in range(4)]
        wait(lambda: server.generating.batching.queued == 4)
        for connection in holding:
            connection.close()
        answers = [one.result() for one in asked]

    assert {answer.text for answer in answers} == {answers[0].text}
    assert min(int(answer.headers["x-queue-time"]) for answer in answers) > 0


def test_the_loop_answers_while_the_model_writes(server: Served) -> None:
    """What is told about the server does not wait for tokens."""
    holding = open_stream(server)
    wait(lambda: server.generating.batching.running == 1)
    told = [server.ask("/info").status for _ in range(5)]
    running = server.generating.batching.running
    holding.close()

    assert told == [200] * 5
    assert running == 1


def test_metrics_have_the_names_of_tgi(server: Served) -> None:
    """Counters, gauges and histograms, in the format of Prometheus."""
    server.ask("/generate", {"inputs": "hi", "parameters": {"max_new_tokens": 3}})
    server.ask("/generate", {"inputs": ""})
    text = server.ask("/metrics").text
    values = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))

    assert all(re.fullmatch(r'tgi_[a-z_]+(\{[a-z]+="[^"]+"\})? [0-9.e-]+|# TYPE tgi_[a-z_]+ (gauge|counter|histogram)', line) for line in text.splitlines())
    assert (values["tgi_request_count"], values["tgi_request_success"], values['tgi_request_failure{err="validation"}']) == ("2", "1", "1")
    assert (values['tgi_request_generated_tokens_bucket{le="2.0"}'], values['tgi_request_generated_tokens_bucket{le="4.0"}']) == ("0", "1")
    assert values["tgi_request_queue_duration_count"] == values['tgi_request_queue_duration_bucket{le="+Inf"}'] == "1"
    assert (values["tgi_queue_size"], values["tgi_batch_current_size"]) == ("0", "0")


def test_a_model_that_fails_is_unhealthy_until_it_writes_again(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waited is told with 424."""

    def broken(*_: object) -> None:
        raise ArithmeticError("the weights are gone")

    with monkeypatch.context() as patch:
        patch.setattr(Batching, "_read", broken)
        failed = server.ask("/generate", {"inputs": "hi"})
        unhealthy = server.ask("/health")

    assert (failed.status, failed.body) == (424, {"error": "Request failed during generation: the weights are gone", "error_type": "generation"})
    assert (unhealthy.status, unhealthy.body) == (503, {"error": "unhealthy", "error_type": "healthcheck"})
    assert server.ask("/health").status == 200


def test_a_failing_step_is_told_to_all_who_are_written_for(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the next one is answered."""

    def broken(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(Batching, "_step_of", broken)
        failed = server.ask("/generate_stream", {"inputs": "hi", "parameters": {"max_new_tokens": 9}})

    assert failed.events[-1]["error_type"] == "generation"
    assert server.ask("/generate", {"inputs": "hi", "parameters": {"max_new_tokens": 2}}).status == 200


def test_a_grammar_that_no_token_can_follow_ends_the_answer() -> None:
    """As a failure of the answer and not of the server."""
    with served() as server:
        said = server.ask("/generate", {"inputs": "hi", "parameters": {"grammar": {"type": "regex", "value": "ab\u65e5"}}})

        assert (said.status, said.body["error_type"]) == (424, "generation")
        assert "no token of the bundled model writes" in said.body["error"]
        assert server.ask("/health").status == 200


def test_what_is_being_answered_is_finished_when_the_server_stops() -> None:
    """Nothing new is let in meanwhile."""

    async def ask(server: Served) -> str:
        body = {"inputs": "hi", "parameters": {"max_new_tokens": 60, "do_sample": True, "seed": 2}}
        async with aiohttp.ClientSession(server.url) as session, session.post("/generate", json=body) as response:
            return str((await response.json())["generated_text"])

    with ThreadPoolExecutor(1) as pool:
        with served(pause=PAUSE, patience=300.0) as server:
            asked = pool.submit(asyncio.run, ask(server))
            wait(lambda: server.generating.batching.running == 1 or asked.done())
        with pytest.raises(OSError, match="refused"):
            server.ask("/health")

    assert asked.result()
