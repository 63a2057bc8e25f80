"""Several endpoints with one model that share the work."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest

from synthc.runtime.endpoints.base import EndpointError, Identity, Reply, Request
from synthc.runtime.endpoints.fake import written
from synthc.runtime.endpoints.open import open_endpoint
from synthc.runtime.endpoints.pool import Member, PoolEndpoint
from synthc.runtime.errors import InputError, OutsideFault
from tests.runtime.endpoints.questions import complete
from tests.runtime.spec import spec
from tests.waiting import Timeless

T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class Replica:
    """Answers after a while, or fails."""

    delay: float = 0.0
    fails: EndpointError | None = None
    absent: bool = False
    model: str = "toy"
    remote: bool = False
    asked: list[Request] = field(default_factory=list)

    async def identity(self) -> Identity:
        """Return which model it has."""
        if self.absent:
            raise OutsideFault("nobody listens")
        return Identity(model=self.model, revision="abcdef", server="fake")

    async def answer(self, request: Request) -> Reply:
        """Answer."""
        self.asked.append(request)
        await asyncio.sleep(self.delay)
        if self.fails is not None:
            raise self.fails
        return written("hello")

    async def close(self) -> None:
        """Do nothing."""


@dataclass(slots=True, kw_only=True)
class Clock:
    """Says the time that it is set to."""

    now: float = 100.0

    def __call__(self) -> float:
        """Return it."""
        return self.now


def pool(*replicas: Replica, clock: Clock | None = None, most: int = 64) -> PoolEndpoint:
    """Return a pool of them."""
    members = [Member(name=f"r{number}", endpoint=replica, most=most) for number, replica in enumerate(replicas)]
    return PoolEndpoint(name="llm", members=members, trip=3, rest=10.0, clock=clock or Clock())


def ask(of: PoolEndpoint, times: int, *, together: bool = False) -> list[Reply | BaseException]:
    """Ask so many questions, one after the other or all at once."""

    async def run() -> list[Reply | BaseException]:
        if together:
            return await asyncio.gather(*(of.answer(complete()) for _ in range(times)), return_exceptions=True)
        return [(await asyncio.gather(of.answer(complete()), return_exceptions=True))[0] for _ in range(times)]

    return timeless(run())


def timeless(work: Coroutine[Any, Any, T]) -> T:
    """Return what comes of something on a machine with nothing else to do."""
    with asyncio.Runner(loop_factory=Timeless) as runner:
        return runner.run(work)


BROKEN = EndpointError("broke off", retry=True, gone=True)


def test_the_one_with_the_fewest_in_flight_is_asked() -> None:
    """So a slow replica gets less of the work."""

    async def run() -> tuple[int, int]:
        slow, fast = Replica(delay=0.05), Replica(delay=0.005)
        of = pool(slow, fast)
        free = asyncio.Semaphore(8)

        async def one() -> None:
            async with free:
                await of.answer(complete())

        await asyncio.gather(*(one() for _ in range(80)))
        return len(slow.asked), len(fast.asked)

    slow, fast = timeless(run())

    assert slow + fast == 80
    assert fast > 2 * slow


def test_one_that_lets_nobody_in_is_left_alone() -> None:
    """Such as where its token or its certificate is wrong: it fails fast, and would draw every question."""
    shut, good = Replica(fails=EndpointError("answered 401", gone=True)), Replica()
    of = pool(shut, good)

    ask(of, 20)

    assert len(shut.asked) == of.trip
    assert len(good.asked) == 20 - of.trip


def test_limits_are_shared_by_what_each_takes() -> None:
    """And add up."""
    near, far = Replica(delay=0.01), Replica(delay=0.01)
    of = PoolEndpoint(name="llm", members=[Member(name="near", endpoint=near, most=30), Member(name="far", endpoint=far, most=10)])

    ask(of, 40, together=True)

    assert (len(near.asked), len(far.asked), of.at_once) == (30, 10, 40)


def test_one_that_keeps_failing_is_left_alone_and_tried_with_one_request() -> None:
    """It is back when that one is answered."""
    clock, broken, good = Clock(), Replica(fails=BROKEN), Replica(delay=0.001)
    of = pool(broken, good, clock=clock)

    ask(of, 40, together=True)
    first = len(broken.asked)
    ask(of, 10, together=True)
    assert len(broken.asked) == first
    clock.now += 11
    ask(of, 10, together=True)
    assert len(broken.asked) == first + 1
    broken.fails = None
    clock.now += 11
    ask(of, 2, together=True)
    ask(of, 20, together=True)
    assert len(broken.asked) > first + 5


def test_a_question_that_is_wrong_in_itself_says_nothing_against_a_replica() -> None:
    """It is wrong everywhere, and one that asks to slow down is only busy."""
    for problem in (EndpointError("422"), EndpointError("429", retry=True, overloaded=True)):
        of = pool(Replica(fails=problem), Replica(fails=problem))

        ask(of, 20)

        assert [member.failures for member in of.members] == [0, 0]


def test_where_no_replica_is_left_the_error_says_when_to_come_back() -> None:
    """It names them."""
    of = pool(Replica(fails=BROKEN), Replica(fails=BROKEN))

    last = ask(of, 10)[-1]

    assert isinstance(last, EndpointError)
    assert str(last) == "no endpoint of the pool `llm` answers (`r0`, `r1`)"
    assert last.gone
    assert last.after == pytest.approx(10.0)


def test_all_have_the_same_model() -> None:
    """Two that differ are both named, also where one comes back later."""
    with pytest.raises(InputError) as found:
        asyncio.run(pool(Replica(), Replica(model="other")).identity())
    assert str(found.value) == "endpoint `llm` is a pool of one model, and `r0` has toy (abcdef) where `r1` has other (abcdef); serve the same on both, or take one out"

    clock, late = Clock(), Replica(absent=True, model="other")
    of = pool(Replica(), late, clock=clock)
    asyncio.run(of.identity())
    ask(of, 5)
    assert late.asked == []
    late.absent, clock.now = False, clock.now + 11
    assert any(isinstance(one, InputError) for one in ask(of, 2, together=True))


def test_a_pool_whose_replicas_are_all_absent_stops_the_run() -> None:
    """With what each said."""
    with pytest.raises(OutsideFault, match=r"^nobody listens; nobody listens$"):
        asyncio.run(pool(Replica(absent=True), Replica(absent=True)).identity())


def test_it_is_remote_if_any_of_them_is() -> None:
    """What may not leave may not be asked there."""
    assert pool(Replica(), Replica(remote=True)).remote
    assert not pool(Replica(), Replica()).remote


def test_a_pool_is_opened_with_its_members(tmp_path: Path) -> None:
    """Each at its own address; together they take what they take one by one."""
    graph = spec(
        tmp_path,
        '''
endpoint near = tgi("http://localhost:1")
endpoint far  = openai("http://localhost:2/v1", model = "toy") { concurrency = 10 }
endpoint llm  = pool([near, far])
prompt say(text: text) -> text {
  ask = """
    {{ text }}
    """
}
filter out = web
  | ask a = say(text)
''',
        texts=["a"],
    ).graph
    opened = open_endpoint(graph.by_name["llm"], None, graph)

    assert isinstance(opened, PoolEndpoint)
    assert [type(member.endpoint).__name__ for member in opened.members] == ["TgiEndpoint", "OpenaiEndpoint"]
    assert graph.by_name["llm"].settings["concurrency"] == 74
