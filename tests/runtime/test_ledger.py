"""The ledger: what was answered is on the disk before anyone has it, and is never paid twice."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from pathlib import Path

import pytest

from synthc.runtime.endpoints.base import EndpointError, Identity, Reply, Request
from synthc.runtime.endpoints.fake import written
from synthc.runtime.errors import BudgetSpent, InputError, OutsideFault
from synthc.runtime.ledger import Asking, Ledger, call_key
from synthc.runtime.ledger_file import LedgerFile

WHO = Identity(model="fake", revision="1", server="fake")
ROOT = Path(__file__).parents[2]


def question(text: str, seed: int | None = None) -> Request:
    """Return a question."""
    return Request(messages=None, prompt=text, answer={"kind": "text"}, max_input=None, max_output=8, temperature=0.0, top_p=None, stop=(), seed=seed)


async def echo(request: Request) -> Reply:
    """Answer with the question."""
    return written(request.text)


def ask(ledger: Ledger, *texts: str, by: Callable[[Request], Awaitable[Reply]] = echo) -> list[tuple[str, bool]]:
    """Ask all at once; return the answers and whether they were there already."""

    async def run() -> list[tuple[str, bool]]:
        found = await asyncio.gather(*(ledger.answer(WHO, question(text), by) for text in texts))
        return [(reply.text, cached) for reply, cached in found]

    return asyncio.run(run())


def test_an_answer_is_on_the_disk_before_it_is_handed_on(tmp_path: Path) -> None:
    """Another connection sees it as soon as the asker does."""
    ledger = Ledger(path=tmp_path / "ledger.sqlite")

    assert ask(ledger, "a") == [("a", False)]
    state = sqlite3.connect(tmp_path / "ledger.sqlite").execute("SELECT state FROM calls").fetchall()
    ledger.close()

    assert state == [("answered",)]


def test_a_question_is_on_the_disk_before_it_is_asked(tmp_path: Path) -> None:
    """So that what was in flight when the power went is known."""
    states: list[str] = []

    async def look(request: Request) -> Reply:
        states.extend(state for (state,) in sqlite3.connect(tmp_path / "ledger.sqlite").execute("SELECT state FROM calls"))
        return written(request.text)

    ledger = Ledger(path=tmp_path / "ledger.sqlite")
    ask(ledger, "a", by=look)
    ledger.close()

    assert states == ["asked"]


def test_what_was_answered_is_not_asked_again(tmp_path: Path) -> None:
    """Neither at once nor by the next process."""
    for cached in (False, True):
        ledger = Ledger(path=tmp_path / "ledger.sqlite")
        found = ask(ledger, "a", "a", "b")
        ledger.close()

        assert found == [("a", cached), ("a", True), ("b", cached)]


def test_every_part_of_a_question_is_in_its_key() -> None:
    """Model, words and seed; a JSON list and a tuple are the same."""
    keys = {call_key(WHO, question("a")), call_key(WHO, question("b")), call_key(WHO, question("a", 1)), call_key(Identity(model="fake", revision="2", server="fake"), question("a"))}

    assert len(keys) == 4


def test_a_failed_question_may_be_asked_again(tmp_path: Path) -> None:
    """All who asked it are told, and the next asker is answered."""

    async def fail(_: Request) -> Reply:
        raise EndpointError("no")

    ledger = Ledger(path=tmp_path / "ledger.sqlite")
    with pytest.raises(EndpointError, match="no"):
        ask(ledger, "a", "a", by=fail)

    assert ask(ledger, "a") == [("a", False)]
    ledger.close()


def test_who_waits_for_an_asker_that_is_cancelled_asks_itself(tmp_path: Path) -> None:
    """Its row is not lost."""
    asked = asyncio.Event()

    async def slow(request: Request) -> Reply:
        first = not asked.is_set()
        asked.set()
        await asyncio.sleep(60 if first else 0)
        return written(request.text)

    async def run() -> Reply:
        first = asyncio.create_task(ledger.answer(WHO, question("a"), slow))
        second = asyncio.create_task(ledger.answer(WHO, question("a"), slow))
        await asked.wait()
        first.cancel()
        return (await second)[0]

    ledger = Ledger(path=tmp_path / "ledger.sqlite")
    assert asyncio.run(run()).text == "a"
    ledger.close()


def test_the_claim_of_a_process_that_is_gone_is_taken_over_and_the_first_answer_counts(tmp_path: Path) -> None:
    """Both hand on the same one, should the first not be gone after all."""
    one, two = Ledger(path=tmp_path / "ledger.sqlite"), Ledger(path=tmp_path / "ledger.sqlite")

    async def late(request: Request) -> Reply:
        one._claims.close()
        await two.answer(WHO, request, echo)
        return written("another")

    assert ask(one, "a", by=late) == [("a", False)]
    one.close()
    two.close()


def test_a_question_in_flight_elsewhere_is_waited_for(tmp_path: Path) -> None:
    """It is sent once, and both have its answer."""
    one, two = Ledger(path=tmp_path / "ledger.sqlite"), Ledger(path=tmp_path / "ledger.sqlite")
    sent: list[str] = []

    async def slow(request: Request) -> Reply:
        sent.append(request.text)
        await asyncio.sleep(0.1)
        return written(request.text)

    async def run() -> list[tuple[Reply, bool]]:
        return list(await asyncio.gather(*(ledger.answer(WHO, question("a"), slow) for ledger in (one, two))))

    found = asyncio.run(run())
    one.close()
    two.close()

    assert ([reply.text for reply, _ in found], sorted(cached for _, cached in found), sent) == (["a", "a"], [False, True], ["a"])


def test_a_question_that_was_given_up_is_free_for_others(tmp_path: Path) -> None:
    """Behind a `take`, for example, though the process that claimed it lives on."""
    one, two = Ledger(path=tmp_path / "ledger.sqlite"), Ledger(path=tmp_path / "ledger.sqlite")

    async def never(_: Request) -> Reply:
        started.set()
        await asyncio.sleep(60)
        raise AssertionError

    async def run() -> tuple[Reply, bool]:
        first = asyncio.create_task(one.answer(WHO, question("a"), never))
        await started.wait()
        first.cancel()
        return await asyncio.wait_for(two.answer(WHO, question("a"), echo), 300)

    started = asyncio.Event()
    assert asyncio.run(run())[1] is False
    one.close()
    two.close()


def test_tokens_are_counted_over_all_who_share_the_ledger(tmp_path: Path) -> None:
    """What one process spends, another has not got any more."""
    about = Asking(endpoint="llm", model={}, prompt={}, label="public")
    one, two = Ledger(path=tmp_path / "ledger.sqlite"), Ledger(path=tmp_path / "ledger.sqlite")
    for ledger in (one, two):
        ledger.allow("llm", 35)

    async def run() -> None:
        for ledger, text in ((one, "a"), (one, "b"), (two, "c"), (two, "d")):
            await ledger.answer(WHO, question(text), echo, about=about)  # each takes eleven tokens, and may take eight

    with pytest.raises(BudgetSpent, match=r"`budget llm` allows 35 tokens; 33 were spent in this project"):
        asyncio.run(run())
    one.close()
    two.close()


SHARING = """
import asyncio, sys
from pathlib import Path
from synthc.runtime.endpoints.fake import written
from synthc.runtime.ledger import Ledger
from synthc.runtime.ledger_file import LedgerFile
from tests.runtime.test_ledger import WHO, question

async def send(request):
    print(request.text, flush=True)
    await asyncio.sleep(0.002)
    return written(request.text)

async def run(ledger):
    found = await asyncio.gather(*(ledger.answer(WHO, question(str(n)), send) for n in range(500)))
    assert [reply.text for reply, _ in found] == [str(n) for n in range(500)]

asyncio.run(run(Ledger(path=Path(sys.argv[1]))))
"""


def test_four_processes_that_ask_the_same_send_each_question_once(tmp_path: Path) -> None:
    """And all of them have all answers."""
    command = [sys.executable, "-c", SHARING, str(tmp_path / "ledger.sqlite")]
    processes = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    sent = [line for process in processes for line in process.communicate(timeout=6000)[0].split()]

    assert [process.returncode for process in processes] == [0] * 4
    assert sorted(sent, key=int) == [str(n) for n in range(500)]


ASKING = """
import asyncio, sys
from pathlib import Path
from synthc.runtime.ledger import Ledger
from synthc.runtime.ledger_file import LedgerFile
from tests.runtime.test_ledger import WHO, question, echo

async def run(ledger, start):
    async def one(n):
        reply, cached = await ledger.answer(WHO, question(str(n)), echo)
        print(reply.text, int(cached), flush=True)
    for n in range(start, start + 4000, 8):
        await asyncio.gather(*(one(n + k) for k in range(8)))

asyncio.run(run(Ledger(path=Path(sys.argv[1])), int(sys.argv[2])))
"""


def asking(path: Path, start: int) -> subprocess.Popen[str]:
    """Start a process that asks and prints each answer it has."""
    return subprocess.Popen([sys.executable, "-c", ASKING, str(path), str(start)], cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_runs_that_begin_at_once_share_a_new_ledger(tmp_path: Path) -> None:
    """None is told that the file is locked by the others."""
    for attempt in range(20):
        at_once = threading.Barrier(6)

        def opened(path: Path = tmp_path / f"{attempt}.sqlite", at_once: threading.Barrier = at_once) -> None:
            at_once.wait()
            LedgerFile(path=path).close()

        with ThreadPoolExecutor(6) as pool:
            done = [pool.submit(opened) for _ in range(6)]

        assert [each.exception() for each in done] == [None] * 6


def test_a_kill_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    """Two processes at once, both killed in the middle: all that they had is there."""
    path = tmp_path / "ledger.sqlite"
    processes = [asking(path, 0), asking(path, 0)]
    had: set[str] = set()
    for process in processes:
        assert process.stdout is not None
        had.update(process.stdout.readline().split()[0] for _ in range(60))
        os.kill(process.pid, signal.SIGKILL)
        had.update(line.split()[0] for line in process.stdout if line.endswith("\n"))
        process.wait()

    ledger = Ledger(path=path)
    found = ask(ledger, *had)
    ledger.close()

    assert len(had) >= 60
    assert all(cached for _, cached in found)


@pytest.mark.parametrize("content", [b"not a database, but long enough to be read as one" * 100, b"SQLite format 3\x00" + b"\xff" * 4000])
def test_a_file_that_is_no_ledger_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    """With what to do about it."""
    (tmp_path / "ledger.sqlite").write_bytes(content)

    with pytest.raises(InputError, match=r"ledger.sqlite: not a readable ledger \(.*\); `synthc ledger rescue` keeps what can still be read of it, so that only the rest is asked again$"):
        Ledger(path=tmp_path / "ledger.sqlite")


def test_a_damaged_answer_is_found_when_it_is_read(tmp_path: Path) -> None:
    """And not handed on."""
    ledger = Ledger(path=tmp_path / "ledger.sqlite")
    ask(ledger, "a")
    with sqlite3.connect(tmp_path / "ledger.sqlite") as other:
        other.execute("UPDATE calls SET reply = '{\"text\": 1'")

    with pytest.raises(InputError, match="not a readable ledger"):
        ask(ledger, "a")
    ledger.close()


FULL = """
import asyncio, resource, sys
from pathlib import Path
from synthc.runtime.errors import OutsideFault
from synthc.runtime.ledger import Ledger
from synthc.runtime.ledger_file import LedgerFile
from tests.runtime.test_ledger import ask

ledger = Ledger(path=Path(sys.argv[1]))
ask(ledger, "a")
resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
try:
    ask(ledger, *("x" * 1000 + str(n) for n in range(100)))
except OutsideFault as problem:
    print(problem.exit_code, problem)
"""


def test_a_full_disk_is_a_fault_outside(tmp_path: Path) -> None:
    """What was answered before is kept."""
    path = tmp_path / "ledger.sqlite"

    done = subprocess.run([sys.executable, "-c", FULL, str(path)], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)

    assert done.stdout.startswith(f"3 {path}: cannot be read or written ("), done.stderr
    assert done.stdout.endswith("); see that the disk has space and the folder is writable, and repeat the command\n")
    ledger = Ledger(path=path)
    assert ask(ledger, "a") == [("a", True)]
    ledger.close()


def test_a_folder_that_cannot_be_written_is_a_fault_outside(tmp_path: Path) -> None:
    """Not a broken ledger."""
    (tmp_path / "ledger.sqlite").mkdir()

    with pytest.raises(OutsideFault, match="cannot be read or written"):
        Ledger(path=tmp_path / "ledger.sqlite")


def test_a_ledger_that_lost_its_end_is_said_to_be_damaged(tmp_path: Path) -> None:
    """And no answer is made up from what is left."""
    path = tmp_path / "ledger.sqlite"
    ledger = Ledger(path=path)
    ask(ledger, *("x" * 500 + str(n) for n in range(200)))
    ledger.close()
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)

    def again() -> None:
        ask(Ledger(path=path), *("x" * 500 + str(n) for n in range(200)))

    with pytest.raises((InputError, OutsideFault), match=r"ledger.sqlite: (not a readable ledger|cannot be read or written) \("):
        again()


def test_a_clock_that_jumps_stalls_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither into the past nor into the future, while two processes wait for each other."""
    times = cycle([10**10, 0, 5 * 10**9])
    monkeypatch.setattr("synthc.runtime.ledger.time.time", lambda: float(next(times)))
    one, two = Ledger(path=tmp_path / "ledger.sqlite"), Ledger(path=tmp_path / "ledger.sqlite")

    async def run() -> list[str]:
        calls = [ledger.answer(WHO, question(str(n % 20)), echo) for ledger in (one, two) for n in range(60)]
        return [reply.text for reply, _ in await asyncio.wait_for(asyncio.gather(*calls), 300)]

    assert asyncio.run(run()) == [str(n % 20) for n in range(60)] * 2
    one.close()
    two.close()
