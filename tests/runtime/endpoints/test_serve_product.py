"""Runs of ours ask the server of the bundled model as they ask any TGI."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from synthc.compiler.graph import Node
from synthc.runtime.answers import read_answer
from synthc.runtime.endpoints import calling
from synthc.runtime.endpoints.base import EndpointError, Message, Reply, Request
from synthc.runtime.endpoints.embedded.decode import revision
from synthc.runtime.endpoints.embedded.endpoint import EmbeddedEndpoint
from synthc.runtime.endpoints.open import open_endpoint
from synthc.runtime.outcome import Outcome
from synthc.runtime.rows import Dataset
from synthc.runtime.run import Options, run
from tests.compiled import graph_of
from tests.runtime.endpoints.served import Served, served

YES_NO = {"kind": "choice", "options": ["yes", "no"]}
PASSAGE = "hey are you coming home for dinner? mum asks"
SPEC = '''synth 1

public source web = files("web.jsonl") {
  text    = .text
  license = "CC0-1.0"
}
endpoint llm = tgi("http://127.0.0.1:1") { timeout = 60s }
prompt chatty(text: text) -> "yes" | "no" {
  ask = """
    Was this typed on a phone?

    {{ text }}
    """
}
prompt told(text: text) -> text {
  max_output  = 6
  temperature = 0.8
  ask = """
    Make a chat of it.

    {{ text }}
    """
}
filter out = web
  | ask c = chatty(text)
  | ask t = told(text)
'''


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    """A server as the command starts it."""
    with served() as found:
        yield found


def node(folder: Path) -> Node:
    """Return the endpoint of the spec."""
    return graph_of(folder / "spec.synth", SPEC).by_name["llm"]


def request(text: str = PASSAGE, **more: Any) -> Request:
    """Return a question for a model that chats."""
    messages = (Message(role="user", content=f"See below.\n\n{text}"),)
    plain = Request(messages=messages, prompt=None, answer={"kind": "text"}, max_input=None, max_output=6, temperature=0.0, top_p=None, stop=(), seed=None)
    return replace(plain, **more)


def complete(text: str = PASSAGE, **more: Any) -> Request:
    """Return a question for a model that completes."""
    return request(messages=None, prompt=text, **more)


def answers(server: Served, folder: Path, *requests: Request) -> list[Reply]:
    """Ask the server as a run does."""

    async def ask() -> list[Reply]:
        endpoint = open_endpoint(node(folder), f"tgi:{server.url}")
        try:
            return [await endpoint.answer(one) for one in requests]
        finally:
            await endpoint.close()

    return asyncio.run(ask())


def test_the_server_says_which_model_it_is(server: Served, tmp_path: Path) -> None:
    """By the same revision as in process: other weights are another model."""

    async def ask() -> tuple[str, str]:
        endpoint = open_endpoint(node(tmp_path), f"tgi:{server.url}")
        found = await endpoint.identity()
        await endpoint.close()
        return found.model, found.revision

    assert asyncio.run(ask()) == ("synthc-embedded", revision())


def test_a_choice_is_judged_as_in_process(server: Served, tmp_path: Path) -> None:
    """With the same probabilities."""

    async def inside() -> Reply:
        endpoint = EmbeddedEndpoint(workers=1)
        try:
            return await endpoint.answer(request(answer=YES_NO))
        finally:
            await endpoint.close()

    (told,) = answers(server, tmp_path, request(answer=YES_NO))
    assert read_answer(told, YES_NO)["p"] == pytest.approx(read_answer(asyncio.run(inside()), YES_NO)["p"], abs=1e-3)
    assert told.tokens_in > 0


def test_a_choice_of_other_words_is_scored_among_them(server: Served, tmp_path: Path) -> None:
    """By a grammar, where none of them is likely."""
    of = {"kind": "choice", "options": ["blue", "green"]}
    (told,) = answers(server, tmp_path, complete(answer=of))

    assert sum(read_answer(told, of)["p"].values()) == pytest.approx(1.0)


@pytest.mark.parametrize("ask", [request, complete])
def test_a_seed_decides_what_is_written(server: Served, tmp_path: Path, ask: Any) -> None:
    """On either route."""
    first, again, other = answers(server, tmp_path, *(ask(temperature=1.0, seed=seed, max_output=12) for seed in (1, 1, 2)))

    assert first == replace(again, **{name: getattr(first, name) for name in ("queued",) if hasattr(first, name)})
    assert first.text != other.text


@pytest.mark.parametrize("ask", [request, complete])
def test_what_has_no_room_is_cut_and_a_stop_is_taken_off(server: Served, tmp_path: Path, ask: Any) -> None:
    """The reason of the end is told."""
    (cut,) = answers(server, tmp_path, ask(max_output=3))
    last = cut.text[-1]
    (stopped,) = answers(server, tmp_path, ask(stop=(cut.text[-1],), max_output=12))

    assert (cut.finish, cut.tokens_out) == ("length", 3)
    assert not stopped.text.endswith(last)
    assert stopped.finish == "stop" or last not in stopped.text


def test_a_prompt_that_is_too_long_is_refused_or_cut(server: Served, tmp_path: Path) -> None:
    """As the server counts its tokens."""
    long = complete("word " * 300, max_input=100)
    with pytest.raises(EndpointError, match=r"the prompt has 30\d tokens, more than `max_input = 100`"):
        answers(server, tmp_path, long)
    (cut,) = answers(server, tmp_path, replace(long, cut=True))

    assert cut.tokens_in <= 102
    assert cut.text


def test_what_the_server_refuses_is_told_in_its_words(server: Served, tmp_path: Path) -> None:
    """With both numbers, and is not asked again."""
    with pytest.raises(EndpointError, match=r"`inputs` must have less than 512 tokens. Given: 60\d") as refused:
        answers(server, tmp_path, complete("word " * 600))

    assert not refused.value.retry


def carried_out(folder: Path, server: Served, rows: int) -> Outcome:
    """Run the spec against a server."""
    (folder / "web.jsonl").write_text("".join(json.dumps({"text": f"see you at stop {n}"}) + "\n" for n in range(rows)))
    return run(graph_of(folder / "spec.synth", SPEC), Options(project=folder, endpoints={"llm": f"tgi:{server.url}"}))


def rows_of(outcome: Outcome) -> pl.DataFrame:
    """Return the rows of the asking node."""
    return pl.concat(Dataset(folder=outcome.folder / "datasets" / "out").frames())


def test_a_storm_of_429_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every row is answered, once, by a server that lets in three."""
    waiting = asyncio.sleep

    async def sleep(seconds: float) -> None:
        await waiting(seconds / 4)

    monkeypatch.setattr(calling, "sleep", sleep)
    with served(max_concurrent_requests=3) as server:
        outcome = carried_out(tmp_path, server, 40)
        metrics = server.generating.metrics

    assert outcome.problem is None
    assert {node["name"]: node["rows"] for node in outcome.document["nodes"]}["out"] == 40
    assert metrics.succeeded == 80
    assert metrics.failures["overloaded"] > 0


def test_a_run_gives_the_same_rows_whatever_the_load(server: Served, tmp_path: Path) -> None:
    """All at once or three at a time; the seed of a row is its own."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    first = carried_out(tmp_path / "one", server, 12)
    with served(max_running=2) as narrow:
        second = carried_out(tmp_path / "two", narrow, 12)

    assert first.problem is None
    assert second.problem is None
    assert rows_of(first).equals(rows_of(second))
