"""What may not leave does not, whatever compiled the graph."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from synthc.compiler.graph import Node, Privacy
from synthc.runtime import ledger_file
from synthc.runtime.endpoints.base import Identity, Reply, Request
from synthc.runtime.endpoints.calling import Caller
from synthc.runtime.endpoints.fake import FakeEndpoint
from synthc.runtime.endpoints.pace import Pace
from synthc.runtime.errors import OutsideFault
from synthc.runtime.ledger import Ledger
from tests.runtime.spec import spec
from tests.runtime.test_ledger import question

ASKING = """
prompt say(text: text) -> text {
  ask = \"\"\"
    {{ text }}
    \"\"\"
}
filter out = web
  | ask a = say(text)
"""


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """An empty ledger."""
    opened = Ledger(path=tmp_path / "ledger.sqlite")
    yield opened
    opened.close()


def caller(ledger: Ledger, label: Privacy, *, remote: bool) -> Caller:
    """Return a caller for rows of a label."""
    endpoint = FakeEndpoint(reply=lambda _: "x", remote=remote)
    return Caller(name="llm", endpoint=endpoint, identity=Identity(model="m", revision="", server=""), ledger=ledger, pace=Pace(most=1), label=label)


@pytest.mark.parametrize("remote", [False, True])
def test_private_rows_are_never_asked_about(ledger: Ledger, remote: bool) -> None:  # noqa: FBT001
    """Not even at the bundled model."""
    with pytest.raises(AssertionError, match="private rows may not be asked about at `llm`"):
        caller(ledger, Privacy.PRIVATE, remote=remote)


def test_simulated_rows_stay_on_this_machine(ledger: Ledger) -> None:
    """They may be asked about here, and nowhere else."""
    with pytest.raises(AssertionError, match="rows of a simulation may not be asked about at `llm`, which is remote"):
        caller(ledger, Privacy.SIMULATED, remote=True)

    assert caller(ledger, Privacy.SIMULATED, remote=False).label is Privacy.SIMULATED


@pytest.mark.parametrize("label", [Privacy.PUBLIC, Privacy.DP])
def test_public_rows_may_be_asked_about_anywhere(ledger: Ledger, label: Privacy) -> None:
    """So may what a mechanism released."""
    assert caller(ledger, label, remote=True).label is label


@pytest.mark.parametrize(("label", "remote"), [(Privacy.PRIVATE, False), (Privacy.SIMULATED, True)])
def test_the_engine_asks_nothing_about_rows_that_may_not_leave(tmp_path: Path, label: Privacy, remote: bool) -> None:  # noqa: FBT001
    """Were a compiler to let such a graph pass."""
    node = spec(tmp_path, ASKING, texts=["a secret"])
    node.endpoint = fake = FakeEndpoint(reply=lambda _: Reply(text="x", finish="stop", logprob=None, choices=None, tokens_in=1, tokens_out=1), remote=remote)

    def relabel(given: Node) -> Node:
        return replace(given, label=label) if given.name == "out" else given

    node.change = relabel
    with pytest.raises(AssertionError, match="may not be asked about"):
        node.make("out")
    assert fake.asked == []
    assert not (tmp_path / ".synth/private/store/out").exists()


def test_an_answer_keeps_its_place_until_it_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the disk is, a kill loses no more answers than requests may be in flight."""
    monkeypatch.setattr(ledger_file, "COMMIT_EVERY", 0.05)
    ledger, given, unsafe = Ledger(path=tmp_path / "ledger.sqlite"), 0, 0

    class Counting(FakeEndpoint):
        async def answer(self, request: Request) -> Reply:
            nonlocal given, unsafe
            with closing(sqlite3.connect(tmp_path / "ledger.sqlite")) as opened:
                (safe,) = opened.execute("SELECT COUNT(*) FROM calls WHERE state = 'answered'").fetchone()
            given += 1
            unsafe = max(unsafe, given - safe)
            return await super().answer(request)

    who = Identity(model="m", revision="", server="")
    asking = Caller(name="llm", endpoint=Counting(reply=lambda _: "x"), identity=who, ledger=ledger, pace=Pace(most=4), label=Privacy.PUBLIC)

    async def run() -> None:
        await asyncio.gather(*(asking.ask(question(f"q{n}")) for n in range(40)))

    asyncio.run(run())
    ledger.close()

    assert given == 40
    assert 1 < unsafe <= 4


def test_a_disk_that_is_full_loses_no_more_than_was_in_flight(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing more is asked once an answer could not be kept."""
    ledger = Ledger(path=tmp_path / "ledger.sqlite")
    monkeypatch.setattr("synthc.runtime.ledger.ANSWERED", "INSERT INTO a_disk_without_room VALUES (?, ?, ?, ?)")
    endpoint = FakeEndpoint(reply=lambda _: "x")
    who = Identity(model="m", revision="", server="")
    asking = Caller(name="llm", endpoint=endpoint, identity=who, ledger=ledger, pace=Pace(most=4), label=Privacy.PUBLIC)

    async def run() -> list[Reply | BaseException]:
        return await asyncio.gather(*(asking.ask(question(f"q{n}")) for n in range(40)), return_exceptions=True)

    found = asyncio.run(run())
    ledger.close()

    assert len(endpoint.asked) <= 4
    assert {type(problem) for problem in found} == {OutsideFault}
