"""What becomes of answers that cannot be read: asked for again, set aside, counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from synthc.runtime.answers import asking
from synthc.runtime.answers.unreadable import Unreadable
from synthc.runtime.endpoints.base import Reply, Request
from synthc.runtime.endpoints.fake import FakeEndpoint, chosen
from tests.runtime.spec import Spec, spec

SPEC = """
prompt say(text: text) -> {of} {{
  temperature = {temperature}
  ask = \"\"\"{{{{ text }}}}\"\"\"
}}
filter out = web {{
  max_failures = 100%
}}
  | ask a = say(text){settings}
"""
REFUSAL = "I'm sorry, but I can't assist with that."


def asked(folder: Path, reply: Any, *, of: str = "int", temperature: float = 0.7, settings: str = "", texts: tuple[str, ...] = ("a", "b")) -> Spec:
    """Return a spec that asks about a few texts."""
    return spec(folder, SPEC.format(of=of, temperature=temperature, settings=settings), texts=texts, reply=reply)


def requests(node: Spec) -> list[Request]:
    """Return what reached the endpoint."""
    assert isinstance(node.endpoint, FakeEndpoint)
    return node.endpoint.asked


def tally(node: Spec) -> dict[str, int]:
    """Return the counts of replies."""
    (counted,) = node.make("out").counts["answers"]
    return {key: counted[key] for key in ("rows", "replies", "cut", "refused", "unreadable")}


@pytest.mark.parametrize(("settings", "times"), [("", 3), (" { retries = 0 }", 1), (" { retries = 4 }", 5)])
def test_retries_say_how_often(tmp_path: Path, settings: str, times: int) -> None:
    """Twice where nothing is said; each question has a seed of its own."""
    node = asked(tmp_path, lambda _: "many", settings=settings, texts=("a",))

    node.make("out")

    assert len({request.seed for request in requests(node)}) == len(requests(node)) == times


@pytest.mark.parametrize(("of", "temperature"), [("int", 0.0), ('"yes" | "no"', 0.7)])
def test_what_would_be_the_same_is_not_asked_again(tmp_path: Path, of: str, temperature: float) -> None:
    """At a temperature of 0, and of a choice, which is scored."""
    node = asked(tmp_path, lambda _: "many", of=of, temperature=temperature, texts=("a",))

    node.make("out")

    assert len(requests(node)) == 1


def test_a_resumed_run_asks_nothing_twice(tmp_path: Path) -> None:
    """Not even for answers that could not be read."""
    replies = iter(["many", "no idea", "1", "2"])
    first = asked(tmp_path, lambda _: next(replies), texts=("a", "b"))
    rows = first.rows("out")
    (tmp_path / ".synth/store").rename(tmp_path / "before")
    again = asked(tmp_path, lambda _: "99", texts=("a", "b"))

    assert again.rows("out").equals(rows)
    assert len(requests(first)) == 4
    assert requests(again) == []


def test_another_parser_asks_nothing_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same replies are read in another way: how an answer is read is in no request's key."""
    first = asked(tmp_path, lambda request: "41" if request.text == "a" else "42")
    assert first.rows("out")["a"].struct.field("value").to_list() == [41, 42]
    (tmp_path / ".synth/store").rename(tmp_path / "before")

    def other(reply: Reply, _: Any) -> dict[str, Any]:
        if reply.text == "42":
            raise Unreadable("not to my liking")
        return {"value": -1, "ok": True, "raw": reply.text, "logprob": None}

    monkeypatch.setattr(asking, "read_answer", other)
    again = asked(tmp_path, lambda _: "never", settings=" { retries = 0 }")

    assert again.rows("out")["a"].struct.field("value").to_list() == [-1]
    assert [failure["reason"] for failure in again.failures("out")] == ["the answer is not to my liking"]
    assert requests(again) == []


def test_a_refusal_is_set_aside_as_such(tmp_path: Path) -> None:
    """All of them with one reason, and with what was written."""
    node = asked(tmp_path, lambda request: REFUSAL if request.text == "a" else "sorry i cant make it tonight", of="text", temperature=0.0)

    assert node.rows("out")["a"].struct.field("value").to_list() == ["sorry i cant make it tonight"]
    assert [(failure["reason"], failure["raw"]) for failure in node.failures("out")] == [("refused", REFUSAL)]
    assert tally(node) == {"rows": 2, "replies": 2, "cut": 0, "refused": 1, "unreadable": 0}


def test_cut_and_unreadable_answers_are_counted(tmp_path: Path) -> None:
    """Each reply once, those that were asked for again too."""

    def reply(request: Request) -> Reply | str:
        whole = "a\nb" if request.text == "a" else "[]"
        return Reply(text=whole, finish="length", logprob=None, choices=None, tokens_in=1, tokens_out=1) if request.text == "a" else whole

    node = asked(tmp_path, reply, of="list(text)")

    assert node.rows("out")["a"].struct.field("value").to_list() == [["a"]]
    assert tally(node) == {"rows": 2, "replies": 4, "cut": 1, "refused": 0, "unreadable": 3}


def test_a_choice_is_never_cut(tmp_path: Path) -> None:
    """Its options are scored; the one token that a server writes is all there should be."""
    cut = chosen(yes=0.9, no=0.1)
    node = asked(tmp_path, lambda _: Reply(text=cut.text, finish="length", logprob=None, choices=cut.choices, tokens_in=1, tokens_out=1), of='"yes" | "no"', temperature=0.0)

    assert tally(node)["cut"] == 0
