"""Each fault of a server of Text Generation Inference: asked again, waited out, set aside, or the end of the run."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from synthc.compiler.graph import Privacy
from synthc.runtime.endpoints.base import EndpointError
from synthc.runtime.endpoints.calling import Caller
from synthc.runtime.endpoints.connection import Connection
from synthc.runtime.endpoints.pace import Pace
from synthc.runtime.endpoints.tgi import TgiEndpoint
from synthc.runtime.errors import OutsideFault
from synthc.runtime.ledger import Ledger
from tests.runtime.endpoints.questions import answer, complete
from tests.runtime.endpoints.tgi_server import TgiServer

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
        answer(TgiServer(faults=[fault]), complete(), timeout=0.3 if fault == "stall" else 60.0)

    assert (found.value.retry, found.value.overloaded) == (retry, overloaded)
    assert message in str(found.value)
    assert str(found.value).startswith("endpoint `llm` at http://127.0.0.1:")


def test_a_server_that_is_not_there_is_a_fault_outside() -> None:
    """With what to do."""
    endpoint = TgiEndpoint(connection=Connection(name="llm", url="http://127.0.0.1:9", timeout=60.0))

    with pytest.raises(OutsideFault, match=r"is not answering \(nobody listens\); start the server, or point elsewhere with `--endpoint llm=tgi:URL`$"):
        asyncio.run(endpoint.identity())


def ask_all(server: TgiServer, folder: Path, count: int, *, most: int = 32, backoff: float = 0.005) -> tuple[Caller, list[Any]]:
    """Ask many questions at once through a caller."""

    async def run() -> tuple[Caller, list[Any]]:
        ledger = Ledger(path=folder / "ledger.sqlite")
        async with server.running():
            endpoint = TgiEndpoint(connection=Connection(name="llm", url=server.url, timeout=60.0))
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


@pytest.mark.parametrize(("fault", "most"), [(429, 1 / 80), (503, 1 / 80), ("reset", 1 / 80), (500, 1 / 5)])
def test_who_is_refused_comes_back_soon(tmp_path: Path, fault: Any, most: float) -> None:
    """The pace lets fewer in already, and the rows behind wait for this one; a server that fails gets longer."""
    times: list[float] = []

    async def sleep(seconds: float) -> None:
        times.append(seconds)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("synthc.runtime.endpoints.calling.sleep", sleep)
        patch.setattr("random.uniform", lambda _, longest: longest)
        ask_all(TgiServer(faults=[fault]), tmp_path, 1, backoff=0.2)

    assert times == [pytest.approx(most)]


def test_a_server_that_stays_overloaded_stops_the_run(tmp_path: Path) -> None:
    """It is the server's fault and not the row's."""
    _, found = ask_all(TgiServer(faults=[429] * 50), tmp_path, 1, backoff=0.0001)

    assert isinstance(found[0], OutsideFault)
    assert str(found[0]).endswith("; see to the server and repeat the command, which goes on from here")
