"""The bundled model: the same answer whoever asks beside, whatever happens to its workers."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from synthc.runtime.answers import read_answer
from synthc.runtime.endpoints.base import EndpointError, Message, Reply, Request
from synthc.runtime.endpoints.embedded.endpoint import EmbeddedEndpoint
from tests.waiting import wait, waited

ROOT = Path(__file__).parents[4]
YES_NO = {"kind": "choice", "options": ["yes", "no"]}
TURNS = {"kind": "list", "of": {"kind": "text"}}
PASSAGE = "The council met on Tuesday to talk about the new bridge. It will open in May, and people who live near the river are glad of it."


def question(text: str, answer: Any = None, **more: Any) -> Request:
    """Return a question whose instruction stands before a blank line."""
    settings: dict[str, Any] = {"max_input": None, "max_output": 24, "temperature": 0.0, "top_p": None, "stop": (), "seed": None, **more}
    return Request(messages=(Message(role="user", content=f"What of this?\n\n{text}"),), prompt=None, answer=answer or {"kind": "text"}, **settings)


MIXED = [
    question("running late, start without me", YES_NO),
    question(PASSAGE, YES_NO),
    question(PASSAGE, TURNS, temperature=1.0, seed=7),
    question(PASSAGE, TURNS, temperature=0.8, top_p=0.9, seed=8, max_output=50),
    question(PASSAGE[:60]),
    question("age: 30\napp: messages\ntopic: dinner", TURNS, temperature=1.0, seed=9),
    question(PASSAGE * 4, {"kind": "bool"}),
    question("hm", {"kind": "choice", "options": ["good", "bad", "not sure"]}),
    question(PASSAGE, {"kind": "record", "fields": {"first": {"kind": "text"}, "second": {"kind": "text"}}}, temperature=1.0, seed=3),
    *[question(PASSAGE + str(n), TURNS, temperature=1.0, seed=n) for n in range(14)],
]


def answers(*groups: list[Request], workers: int = 2) -> list[list[Reply]]:
    """Ask one group after the other, those of a group all at once."""

    async def run() -> list[list[Reply]]:
        endpoint = EmbeddedEndpoint(workers=workers)
        try:
            return [list(await asyncio.gather(*map(endpoint.answer, group))) for group in groups]
        finally:
            await endpoint.close()

    return asyncio.run(run())


def test_an_answer_does_not_depend_on_who_else_asks() -> None:
    """Alone, in a batch, in another order, and by one worker or two: the same, to the last digit."""
    together, backwards, *alone = answers(MIXED, MIXED[::-1], *([request] for request in MIXED[:4]))
    single = answers(MIXED, workers=1)[0]

    assert together == backwards[::-1] == single
    assert [group[0] for group in alone] == together[:4]


def test_answers_are_of_their_type() -> None:
    """Shares of a choice sum to one, lists and truths can be read, and at temperature 0 seeds make no difference."""
    sampled = [question(PASSAGE, TURNS, temperature=1.0, seed=seed) for seed in range(6)]
    choice, several, truth, greedy, seeded, *lists = answers([MIXED[0], MIXED[7], MIXED[6], MIXED[4], replace(MIXED[4], seed=5), *sampled])[0]

    for reply, request in ((choice, MIXED[0]), (several, MIXED[7])):
        shares = read_answer(reply, request.answer)["p"]
        assert sum(shares.values()) == pytest.approx(1)
        assert list(shares) == request.answer["options"]
    assert read_answer(truth, {"kind": "bool"})["value"] in {True, False}
    assert seeded == greedy
    assert len({reply.text for reply in lists}) > 1
    readable = [read_answer(reply, TURNS)["value"] for reply in lists if json.loads(reply.text)]
    assert all(isinstance(item, str) and item for turns in readable for item in turns)
    assert all(0 < reply.tokens_out <= 24 for reply in lists)


def test_a_passage_that_is_too_long_is_refused_or_cut() -> None:
    """As the prompt says."""
    with pytest.raises(EndpointError, match=r"^the prompt has \d+ tokens, more than `max_input = 10`$"):
        answers([question(PASSAGE, YES_NO, max_input=10)])

    assert answers([question(PASSAGE, YES_NO, max_input=10, cut=True)])[0][0].text in {"yes", "no"}


def processes(endpoint: EmbeddedEndpoint) -> list[int]:
    """Return the worker processes of an endpoint."""
    return [pid for pool in endpoint._pools for pid in pool._processes or ()]


def test_a_dead_worker_is_replaced() -> None:
    """Who waited for it is told to ask again, and then is answered."""

    async def run() -> tuple[list[Any], Reply]:
        endpoint = EmbeddedEndpoint(workers=1)
        await endpoint.answer(MIXED[0])
        asked = [asyncio.create_task(endpoint.answer(request)) for request in MIXED[2:4]]
        await asyncio.sleep(0.05)
        for pid in processes(endpoint):
            os.kill(pid, signal.SIGKILL)
        found = await asyncio.gather(*asked, return_exceptions=True)
        again = await endpoint.answer(MIXED[2])
        await endpoint.close()
        return found, again

    found, again = asyncio.run(run())
    assert all(isinstance(each, EndpointError) and each.retry for each in found if not isinstance(each, Reply))
    assert again == answers([MIXED[2]])[0][0]


def test_closing_leaves_no_process_and_waits_for_none() -> None:
    """Even while they work: these would never finish."""

    async def run() -> list[int]:
        endpoint = EmbeddedEndpoint(workers=2)
        asked = [asyncio.create_task(endpoint.answer(request)) for request in MIXED]
        await waited(lambda: len(processes(endpoint)) == 2)
        pids = processes(endpoint)
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        await endpoint.close()
        for task in asked:
            task.cancel()
        await asyncio.gather(*asked, return_exceptions=True)
        return pids

    pids = asyncio.run(run())
    assert len(pids) == 2
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


KILLED = """
import asyncio, os, signal, sys
from tests.runtime.endpoints.embedded.test_endpoint import MIXED, processes
from synthc.runtime.endpoints.embedded.endpoint import EmbeddedEndpoint

async def run():
    endpoint = EmbeddedEndpoint(workers=1)
    await endpoint.answer(MIXED[0])
    print(*processes(endpoint), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    asyncio.run(run())
"""


def test_workers_end_with_a_killed_run(tmp_path: Path) -> None:
    """Nobody else would end them."""
    script = tmp_path / "killed.py"
    script.write_text(KILLED)
    done = subprocess.run([sys.executable, str(script)], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True, timeout=300, check=False)
    workers = [int(pid) for pid in done.stdout.split()]

    assert len(workers) == 1
    wait(lambda: not Path(f"/proc/{workers[0]}").exists())
