"""The engine: every row is accounted for, private ones in silence, and nothing half-done is left."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from synthc.runtime.endpoints.fake import FakeEndpoint
from synthc.runtime.errors import Interrupted, TooManyFailures
from tests.runtime.spec import spec, write_jsonl

PROMPT = """
prompt say(text: text) -> list(text) {
  ask = \"\"\"
    {{ text }}
    \"\"\"
}
"""
CHAIN = """
transform out = web {
  max_failures = 10%
}
  | where text != "0"
  | dedup text
  | ask turns = say(text)
  | explode turns as text
  | take 100
"""
PRIVATE = """
private source phones = files("phones.jsonl") {
  text       = .text
  user       = .user
  people     = "people"
  population = 1M
}
filter out = phones
  | let n = log(words(text))
  | where n > 0
"""


def test_every_row_is_accounted_for(tmp_path: Path) -> None:
    """In, out, and where the others went, in all and step by step; what a `take` left unread too."""
    texts = [str(n % 60) for n in range(120)]
    node = spec(tmp_path, PROMPT + CHAIN, texts=texts, reply=lambda request: "[]" if request.text == "5" else json.dumps([request.text, "ok", "bye"]))

    counts = node.make("out").counts

    steps = {count["verb"]: count for count in counts["steps"]}
    assert (counts["in"], counts["out"]) == (120, 100)
    assert counts["in"] + counts["added"] == counts["out"] + counts["filtered"] + counts["duplicates"] + counts["failed"] + counts["unread"]
    assert (steps["where"]["filtered"], steps["dedup"]["duplicates"], steps["ask"]["failed"]) == (2, 59, 1)
    assert all(c["rows_in"] + c["added"] == c["rows_out"] + c["filtered"] + c["duplicates"] + c["failed"] for c in counts["steps"])


def test_too_many_failures_are_a_share_of_all_rows_that_were_read(tmp_path: Path) -> None:
    """One of twenty rows is above 1%, also where there are few; one of twenty that were taken from three hundred is not."""
    text = PROMPT + "transform out = web\n  | take 20\n  | ask turns = say(text)\n"
    few, many = (spec(tmp_path / str(rows), text, texts=[f"t{n}" for n in range(rows)], reply=lambda request: "[]" if request.text == "t7" else '["ok"]') for rows in (20, 300))

    with pytest.raises(TooManyFailures, match=r"`out` set aside 1 of its 20 rows \(5.0%\), more than `max_failures = 1%`"):
        few.make("out")
    assert many.make("out").counts["failed"] == 1


def test_usage_is_told(tmp_path: Path) -> None:
    """Requests, what was there already, and tokens."""
    node = spec(tmp_path, PROMPT + "transform out = web\n  | ask turns = say(text)\n", texts=["a", "b", "a"], reply=lambda request: json.dumps([request.text]))

    node.make("out")

    usage = node.usage["out"]
    assert (usage.requests, usage.cached_requests, usage.failed_requests, usage.tokens_in, usage.tokens_out) == (2, 1, 0, 20, 2)
    assert {(event["node"], event.get("step"), event["unit"]) for event in node.told if event["event"] == "progress"} == {("out", "say", "rows")}


def test_private_rows_pass_in_silence(tmp_path: Path) -> None:
    """Their ids and parts stay with them; of failures only the step's place is kept, and no event has a count."""
    write_jsonl(tmp_path / "phones.jsonl", [{"text": "secret words here", "user": n % 7} for n in range(300)] + [{"text": "", "user": 1}])
    node = spec(tmp_path, PRIVATE)

    rows = node.rows("out")

    assert len(rows) == 300
    assert rows["_user"].n_unique() == 7
    assert set(rows["_part"]) == {"train"}
    assert node.failures("out") == [{"place": "spec.synth:9:5"}]
    assert {event["done"] for event in node.told} == {0}


def test_too_many_private_failures_tell_no_count(tmp_path: Path) -> None:
    """Nor any text."""
    write_jsonl(tmp_path / "phones.jsonl", [{"text": "", "user": 1}, {"text": "a b", "user": 1}])

    with pytest.raises(TooManyFailures) as found:
        spec(tmp_path, PRIVATE).make("out")

    assert str(found.value).startswith("spec.synth:8:8: `out` set aside too many of its rows, more than `max_failures = 1%`; their places stand in ")


def test_an_interrupt_between_frames_ends_the_node(tmp_path: Path) -> None:
    """And nothing half-done is left, public or private."""
    write_jsonl(tmp_path / "phones.jsonl", [{"text": "a b", "user": 1}])
    node = spec(tmp_path, PRIVATE)
    node.make("phones")
    node.stopping = lambda: True

    with pytest.raises(Interrupted, match="stopped; the same command continues from here"):
        node.make("out")
    assert [path.name for path in (tmp_path / ".synth/private/store").iterdir()] == ["phones"]


def test_failures_are_counted_against_the_rows_of_the_step(tmp_path: Path) -> None:
    """One bad row of a hundred exploded ones is one in a hundred, though all came from one row."""
    text = "transform out = web\n  | let line = lines(text)\n  | explode line\n  | where 1 / (words(line) - 1) < 2\n"

    assert len(spec(tmp_path, text, texts=["\n".join(["a b"] * 99 + ["a"])]).rows("out")) == 99


def test_an_endpoint_is_asked_by_the_node_that_names_it(tmp_path: Path) -> None:
    """At its own concurrency, under the label of the node's rows."""
    node = spec(tmp_path, PROMPT + "transform out = web\n  | ask turns = say(text)\n", texts=["a"], reply=lambda _: '["x"]')

    node.make("out")

    assert isinstance(node.endpoint, FakeEndpoint)
    assert [request.messages[0].content for request in node.endpoint.asked if request.messages] == ["a"]
