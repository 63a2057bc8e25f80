"""The pace finds what a server sustains, and stays there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from types import SimpleNamespace

import pytest

from synthc.runtime.endpoints import pace as module
from synthc.runtime.endpoints.connection import seconds
from synthc.runtime.endpoints.pace import Pace
from tests.waiting import LONGEST, Timeless


@dataclass(slots=True, kw_only=True)
class Server:
    """Takes so many at once for about as long, refuses the others at once, and counts."""

    permits: int
    work: float = 0.01
    flying: int = 0
    most: int = 0
    answered: int = 0
    refused: int = 0
    random: Random = field(default_factory=lambda: Random(1))

    async def ask(self, pace: Pace) -> None:
        """Ask until there is an answer."""
        while True:
            async with pace as cuts:
                if self.flying >= self.permits:
                    self.refused += 1
                    pace.too_much(cuts)
                else:
                    self.flying += 1
                    self.most = max(self.most, self.flying)
                    await asyncio.sleep(self.work * self.random.uniform(0.8, 1.2))
                    self.flying -= 1
                    self.answered += 1
                    pace.went_well()
                    return
            await asyncio.sleep(self.work / 2)


async def ask(server: Server, pace: Pace, count: int) -> None:
    """Ask so many questions."""
    await asyncio.gather(*(server.ask(pace) for _ in range(count)))


@pytest.fixture
def timeless(monkeypatch: pytest.MonkeyPatch) -> Iterator[asyncio.Runner]:
    """Run what is measured by a clock that no neighbour slows down."""
    with asyncio.Runner(loop_factory=Timeless) as runner:
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=runner.get_loop().time))
        yield runner


@pytest.mark.parametrize("most", [64, 256])
def test_a_server_that_refuses_what_is_too_much_is_kept_busy_and_hardly_ever_refuses(timeless: asyncio.Runner, most: int) -> None:
    """After the first thousand: nine tenths of what it takes are in flight, and fewer than two in a hundred are refused."""
    server, pace = Server(permits=32), Pace(most=most, _since=0.0)
    timeless.run(ask(server, pace, 1000))
    before, answered = server.refused, server.answered
    timeless.run(ask(server, pace, 4000))

    assert pace.now >= 0.9 * 32
    assert (server.refused - before) / (server.answered - answered) < 0.02


def test_a_server_that_takes_all_is_asked_as_much_as_the_spec_allows(timeless: asyncio.Runner) -> None:
    """A thousand in flight hold."""
    server, pace = Server(permits=10_000, work=0.05), Pace(most=1024, _since=0.0)
    timeless.run(ask(server, pace, 8000))

    assert server.most == 1024
    assert pace.flying == 0


def test_a_pace_is_cut_once_for_all_that_flew_together() -> None:
    """Where the server fails and does not say that it is too much."""
    pace = Pace(most=64)
    assert pace.now == 16
    for _ in range(16):
        pace.failed()

    assert pace.now == pytest.approx(11.2)
    assert Pace(most=2).now == 2


@pytest.mark.parametrize("share", [0.01, 0.05])
def test_a_few_that_fail_slow_nobody_down(timeless: asyncio.Runner, share: float) -> None:
    """One in twenty fails for some reason of its own: as many are in flight as the spec allows."""

    async def run() -> float:
        pace, random = Pace(most=64, _since=0.0), Random(1)

        async def one() -> None:
            while True:
                async with pace:
                    await asyncio.sleep(0.02)
                    if random.random() >= share:
                        pace.went_well()
                        return
                    pace.failed()

        await asyncio.gather(*(one() for _ in range(4000)))
        return pace.now

    assert timeless.run(run()) > 56


def test_a_server_that_was_away_is_soon_asked_as_much_as_before(timeless: asyncio.Runner) -> None:
    """Some answers after it came back, though each takes another time, and no more than it answered before it went while that is found out."""

    async def run() -> tuple[float, float, float]:
        pace, away, answered, random = Pace(most=64, _since=0.0), False, 0, Random(1)
        before, least, after = 0.0, 64.0, 0.0

        async def one() -> None:
            nonlocal away, answered, least, after, before
            while True:
                async with pace:
                    await asyncio.sleep(random.uniform(0.005, 0.035))
                    away = 1000 <= answered < 1001 and asyncio.get_running_loop().time() < 20
                    least = min(least, pace.now) if away else least
                    if not away:
                        pace.went_well()
                        answered += 1
                        before = pace.now if answered == 1000 else before
                        after = pace.now if answered == 1150 else after
                        return
                    pace.failed()
                await asyncio.sleep(0.2)

        await asyncio.gather(*(one() for _ in range(2000)))
        return before, least, after

    before, least, after = timeless.run(run())

    assert before == 64
    assert least == 1
    assert 0.6 * before < after <= before


def test_a_long_queue_at_the_server_takes_some_back() -> None:
    """And one that is neither long nor short lets the pace stay."""

    async def run(pace: Pace, queued: float) -> float:
        pace.flying = int(pace.now)
        for _ in range(int(pace.now)):
            pace.went_well(queued)
        return pace.now

    assert asyncio.run(run(Pace(most=64), 0.1)) == 32
    assert asyncio.run(run(Pace(most=64), 1.0)) == 16
    assert asyncio.run(run(Pace(most=64), 3.0)) == pytest.approx(11.2)


def test_a_server_that_makes_those_wait_that_it_cannot_take_is_not_asked_more_and_more(timeless: asyncio.Runner) -> None:
    """Though it refuses nobody and tells nothing of its queue: more in flight that are answered no faster are taken back."""

    async def run() -> float:
        pace, room, most = Pace(most=1024, _since=0.0), asyncio.Semaphore(8), 0.0

        async def one() -> None:
            nonlocal most
            async with pace:
                async with room:
                    await asyncio.sleep(0.02)
                pace.went_well()
                most = max(most, pace.now)

        await asyncio.gather(*(one() for _ in range(4000)))
        return most

    assert 32 < timeless.run(run()) <= 32 * module.FURTHER + 1


def test_who_is_cancelled_while_waiting_for_a_place_takes_none() -> None:
    """Nor does one that had just been given it."""

    async def run() -> int:
        pace = Pace(most=1)

        async def hold() -> None:
            async with pace:
                await asyncio.sleep(0)

        first, second, third = (asyncio.create_task(hold()) for _ in range(3))
        await asyncio.sleep(0)
        second.cancel()
        await first
        await third
        return pace.flying

    assert asyncio.run(asyncio.wait_for(run(), LONGEST)) == 0


@pytest.mark.parametrize(("after", "date", "wait"), [("7", None, 7.0), ("9999", None, 300.0), ("-3", None, 0.0), ("nan", None, None), ("soon", None, None), (None, None, None)])
def test_retry_after_is_seconds_at_most_five_minutes(after: str | None, date: str | None, wait: float | None) -> None:
    """What it says and nobody can read is as if it were not there."""
    assert seconds(after, date) == wait


def test_retry_after_may_be_a_date_by_the_clock_of_the_server() -> None:
    """Whatever the clock here says."""
    assert seconds("Wed, 21 Oct 1998 07:28:12 GMT", "Wed, 21 Oct 1998 07:28:00 GMT") == 12.0
