"""What a run does about each fault between it and a server; see faults.md."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from synthc.runtime.endpoints import calling
from synthc.runtime.endpoints.faulty import FAULTS, FaultyProxy, Passed
from synthc.runtime.outcome import Outcome
from synthc.runtime.run import Options, run
from tests.compiled import graph_of
from tests.pages import Case, cases
from tests.runtime.endpoints.served import Served, served

PAGE = Path(__file__).parent / "faults.md"
SPEC = '''synth 1

public source web = files("web.jsonl") {
  text    = .text
  license = "CC0-1.0"
}
endpoint llm = tgi("http://127.0.0.1:1") { timeout = TIMEOUT }
prompt reply(text: text) -> text {
  max_output = 4
  ask = """
    {{ text }}
    """
}
filter out = web { max_failures = 50% }
  | ask a = reply(text)
'''
STREAMED = SPEC.replace("max_output = 4", "max_output = 300\n  temperature = 0.8").replace("  ask = ", "  complete = ")
"""Long answers to a base model come as a stream."""
WHAT = re.compile(r"row \d+|/info")
LINE = re.compile(r"(?P<what>.+): (?:(?P<times>\d+) x|(?P<always>always)) (?P<fault>.+)")


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    """The bundled model behind TGI's API."""
    with served() as found:
        yield found


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask again at once: how long is waited is tested elsewhere."""

    async def sleep(_: float) -> None:
        await asyncio.sleep(0.001)

    monkeypatch.setattr(calling, "sleep", sleep)


def about(passed: Passed) -> str:
    """Return what a request is about: a row, or the path."""
    found = WHAT.search(passed.body) or WHAT.search(passed.path)
    return found[0] if found else passed.path


class Plan:
    """The faults of a case, which are used up in their order; `rows` stands for whichever comes by."""

    def __init__(self, text: str) -> None:
        lines = [LINE.fullmatch(line) for line in text.splitlines()]
        self.left = {line["what"]: [line["fault"]] * (10**6 if line["always"] else int(line["times"])) for line in lines if line}
        assert len(self.left) == len(text.splitlines())

    def __call__(self, passed: Passed) -> str | None:
        """Return the fault of a request."""
        what = about(passed)
        left = self.left.get(what) or (self.left.get("rows") if what.startswith("row") else None)
        return left.pop() if left else None


@contextmanager
def proxied(proxy: FaultyProxy) -> Iterator[None]:
    """Run a proxy in a thread."""
    ready, told = threading.Event(), asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def work() -> None:
        loops.append(asyncio.get_running_loop())
        async with proxy.running():
            ready.set()
            await told.wait()

    thread = threading.Thread(target=asyncio.run, args=(work(),))
    thread.start()
    assert ready.wait(300)
    try:
        yield
    finally:
        loops[0].call_soon_threadsafe(told.set)
        thread.join()


def carried_out(folder: Path, proxy: FaultyProxy, case: Case) -> Outcome:
    """Run the spec against a proxy; only who goes silent is waited for."""
    graph = graph_of(folder / "spec.synth", (STREAMED if "stream" in case.options else SPEC).replace("TIMEOUT", "5s" if "stall" in case.given else "60s"))
    with proxied(proxy):
        return run(graph, Options(project=folder, endpoints={"llm": f"tgi:{proxy.url}"}))


def kept(outcome: Outcome) -> int | None:
    """Return the rows of the asking node."""
    return next((node["rows"] for node in outcome.document["nodes"] if node["name"] == "out"), None)


def shown(outcome: Outcome, proxy: FaultyProxy, plan: str) -> str:
    """Return what became of a run, and how often was asked about what, as far as that is the same each time."""
    lines = []
    if outcome.problem is not None:
        lines.append(f"stopped with exit {outcome.problem.exit_code}: {outcome.problem}")
    else:
        lines.append(f"done: {kept(outcome)} rows kept")
    for file in sorted(outcome.folder.rglob("*failures.jsonl")):
        told = [json.loads(line) for line in file.read_text().splitlines()]
        lines += [f"set aside: {one['reason']}" for one in told]
    asked = Counter(about(passed) for passed in proxy.passed if passed.method == "POST")
    if not plan.startswith("rows"):
        lines.append("asked: " + (", ".join(f"{what} {'once' if count == 1 else f'{count} times'}" for what, count in sorted(asked.items())) or "nothing"))
    elif outcome.problem is None:
        lines.append(f"asked: {asked.total()} times")
    return "".join(f"{line.replace(proxy.url, 'URL')}\n" for line in lines)


@pytest.mark.parametrize("case", cases(PAGE), ids=str)
def test_a_fault_is_answered_for(server: Served, tmp_path: Path, case: Case) -> None:
    """Asked again, set aside with its reason, or a stop that says what to do; nothing is asked twice that was answered, nothing is lost."""
    (tmp_path / "web.jsonl").write_text("".join(json.dumps({"text": f"row {n}"}) + "\n" for n in (1, 2, 3)))
    broken = FaultyProxy(upstream=server.url, plan=Plan(case.given))
    first = carried_out(tmp_path, broken, case)
    text = shown(first, broken, case.given)
    whole = FaultyProxy(upstream=server.url, plan=lambda _: None)
    second = carried_out(tmp_path, whole, case)
    answered = {about(passed) for passed in broken.passed if passed.method == "POST" and passed.fault in {None, "drip", "mislabelled"}}
    again = {about(passed) for passed in whole.passed if passed.method == "POST"}

    if first.problem is not None:
        text += f"again, without it:\n{shown(second, whole, '')}"
        assert kept(second) == 3
    assert second.problem is None
    assert answered & again == set()
    assert answered | again | {what for what in ("row 1", "row 2", "row 3") if text.count("set aside")} == {"row 1", "row 2", "row 3"}
    case.check(text)


def test_every_fault_has_a_case() -> None:
    """None is left to luck."""
    told = {line["fault"] for case in cases(PAGE) for line in map(LINE.fullmatch, case.given.splitlines()) if line}

    assert told == set(FAULTS)
