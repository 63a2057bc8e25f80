"""What is told of asking while it goes on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from synthc.runtime.endpoints.base import EndpointError, Request
from synthc.runtime.endpoints.fake import FakeEndpoint
from synthc.runtime.engines.meter import Arrived, Meter
from synthc.runtime.steps.stage import Count
from tests.runtime.spec import Spec, spec

PROMPT = """
prompt say(text: text) -> int {
  temperature = 0.5
  ask = "Say: {{ text }}"
}
endpoint llm = tgi("http://localhost:1") {
  concurrency = 4
  price       = { input = 1000, output = 2000 }
}
filter out = web
""".replace('"Say: {{ text }}"', '"""\n    {{ text }}\n    """')


@pytest.fixture(autouse=True)
def _every_event(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell all there is, not ten times a second."""
    monkeypatch.setattr("synthc.runtime.engines.meter.BETWEEN", 0.0)


def asking(folder: Path, steps: str, texts: int = 400, **more: Any) -> Spec:
    """Return a spec that asks about numbers."""
    more.setdefault("reply", lambda request: request.text)
    return spec(folder, PROMPT + f"  {steps}\n", texts=[str(n) for n in range(texts)], **more)


def told(node: Spec, step: str = "say") -> list[Mapping[str, Any]]:
    """Return what was told of a step."""
    node.make("out")
    return [event for event in node.told if event["event"] == "progress" and event.get("step") == step]


def test_it_tells_rows_pace_flight_tokens_and_cost(tmp_path: Path) -> None:
    """Of the whole: what is read at once is known to be all."""
    node = asking(tmp_path, "| ask a = say(text)")
    assert isinstance(node.endpoint, FakeEndpoint)
    node.endpoint.delay = 0.001
    events = told(node)

    last = events[-1]
    assert (last["done"], last["total"], last["about"], last["unit"]) == (400, 400, False, "rows")
    assert max(event["flying"] for event in events) == 4
    assert last["requests"] == 400
    assert last["usd"] == pytest.approx((last["tokens_in"] * 1000 + last["tokens_out"] * 2000) / 1e6)
    middle = next(event for event in events if event["done"] >= 100 and event["rate"])
    assert middle["left"] == pytest.approx((400 - middle["done"]) / middle["rate"], rel=0.02, abs=0.1)
    assert [event["done"] for event in events] == sorted(event["done"] for event in events)


def test_what_is_asked_again_is_counted(tmp_path: Path) -> None:
    """After a fault of the server, and where an answer cannot be read."""
    seen: dict[str, int] = {}

    def reply(request: Request) -> str:
        seen[request.text] = seen.get(request.text, 0) + 1
        if request.text == "3" and seen["3"] == 1:
            raise EndpointError("it broke off", retry=True)
        return "none" if request.text == "5" and seen["5"] <= 2 else request.text

    node = asking(tmp_path, "| ask a = say(text)", texts=20, reply=reply)

    assert told(node)[-1]["retries"] == 3


def test_a_take_that_will_have_enough_is_the_end(tmp_path: Path) -> None:
    """So the time left is not that of all rows."""
    events = told(asking(tmp_path, "| ask a = say(text) | where a > -1 | take 50"))

    assert all(event["total"] == 400 for event in events[:1])
    assert all(50 <= event["total"] < 80 for event in events if event["done"] > 40)
    assert all(event["about"] for event in events if event["done"] > 40)


def test_rows_that_an_earlier_step_drops_are_not_awaited(tmp_path: Path) -> None:
    """The share that it drops is that of the rows it has seen, and of a draw the number is known."""
    halved = told(asking(tmp_path / "halved", '| where not (text in ["1", "2"]) | ask a = say(text)', texts=5000))
    drawn = told(asking(tmp_path / "drawn", "| sample 37 | ask a = say(text)", texts=5000))

    assert 4990 <= halved[0]["total"] <= 5000
    assert halved[0]["about"]
    assert (halved[-1]["done"], halved[-1]["total"]) == (4998, 4998)
    assert {(event["total"], event["about"]) for event in drawn} == {(37, False)}


def test_a_second_question_is_told_by_itself(tmp_path: Path) -> None:
    """With rows of its own and the whole in view."""
    node = asking(tmp_path, "| ask a = say(text) | where a > -1 | ask b = again(text)")
    node.text = node.text.replace("endpoint llm", PROMPT.split("endpoint")[0].replace("say", "again").lstrip() + "endpoint llm")
    events = told(node, "again")

    assert (events[-1]["done"], events[-1]["total"]) == (400, 400)
    assert all(350 <= event["total"] <= 400 for event in events if event["total"])


def test_answers_of_before_do_not_make_the_pace() -> None:
    """A run that goes on tells the pace of the last while."""
    now = [0.0]
    around = SimpleNamespace(settings={"prompt": {"name": "say"}}, step=SimpleNamespace(verb="ask"), count=Count(verb="ask"), tally=None)
    caller = SimpleNamespace(pace=SimpleNamespace(flying=0), requests=0, again=0, flew=0, cached=0, tokens_in=0, tokens_out=0)
    told: list[dict[str, Any]] = []
    context = SimpleNamespace(stopping=lambda: False, progress=lambda *_, **more: told.append(more))
    read = Arrived(rows=20_000, total=20_000)
    meter = Meter(context=context, place=0, caller=caller, price=None, read=read, arrived=[read], arounds=[around], clock=lambda: now[0])  # type: ignore[arg-type, list-item]

    for second, done in ((0, 0), (1, 10_000), (20, 10_019), (40, 10_039), (60, 10_059)):
        now[0] = second
        around.answered = done
        meter.tell()

    assert told[-1]["rate"] == pytest.approx(1.0, rel=0.05)
    assert told[-1]["left"] == pytest.approx(9_941, rel=0.05)
    assert told[-1]["usd"] is None
