"""The fields of an answer column, and that no reply whatever breaks the reader."""

from __future__ import annotations

import math
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthc.runtime.answers import Refused, Unreadable, failed_answer, read_answer
from synthc.runtime.answers.refusals import is_refusal
from synthc.runtime.endpoints.base import Reply
from synthc.runtime.endpoints.fake import chosen, written

YES_NO = {"kind": "choice", "options": ["yes", "no"]}
TEXT = {"kind": "text"}
TYPES: list[dict[str, Any]] = [
    TEXT,
    {"kind": "bool"},
    {"kind": "int"},
    {"kind": "share"},
    {"kind": "date"},
    {"kind": "list", "of": TEXT},
    {"kind": "list", "of": {"kind": "record", "fields": {"speaker": TEXT, "text": TEXT}}},
    {"kind": "record", "fields": {"name": TEXT, "turns": {"kind": "list", "of": {"kind": "int"}}}},
]
PIECES = ["|", "\n|---|---|\n", "[", "]", "{", "}", '"', "'", ",", ":", "\\", "\n", "```", "~~~", "<think>", "</think>", "1. ", "- ", "A: ", "yes", "no", "hey", "3", "-", "%", "...", "//", "#", "&quot;", "name", "null", "\u201c"]


def told(reply: Reply, of: dict[str, Any]) -> str:
    """Return `ok`, or why a reply cannot be read."""
    try:
        read_answer(reply, of)
    except Unreadable as problem:
        return problem.reason
    return "ok"


def test_an_answer_has_what_was_written() -> None:
    """Beside what is read from it."""
    assert read_answer(written(' "hey"\n'), TEXT) == {"value": "hey", "ok": True, "raw": ' "hey"\n', "logprob": -1.0}


def test_a_choice_has_the_probability_of_each_option() -> None:
    """Normalised over the options."""
    answer = read_answer(chosen(yes=0.6, no=0.2), YES_NO)

    assert answer["value"] == "yes"
    assert answer["p"] == pytest.approx({"yes": 0.75, "no": 0.25})


def test_a_choice_of_which_nothing_is_likely_is_unreadable() -> None:
    """There is nothing to normalise."""
    reply = Reply(text="", finish="stop", logprob=None, choices={"yes": -math.inf, "no": -math.inf}, tokens_in=1, tokens_out=1)

    with pytest.raises(Unreadable, match="none of the options, for none is among the likely tokens"):
        read_answer(reply, YES_NO)


@pytest.mark.parametrize(("text", "why"), [("yes", "without probabilities, for the endpoint gave none"), ("perhaps", "none of the options: `perhaps`")])
def test_a_choice_without_probabilities_is_unreadable(text: str, why: str) -> None:
    """Whatever was written."""
    with pytest.raises(Unreadable, match=f"^{why}$"):
        read_answer(written(text), YES_NO)


def test_a_refused_choice_is_a_refusal() -> None:
    """Where it was written and not scored."""
    with pytest.raises(Refused):
        read_answer(written("I'm sorry, but I can't assist with that."), YES_NO)


def test_a_kept_failure_has_what_was_written() -> None:
    """And says that it is not ok."""
    assert failed_answer("perhaps", YES_NO) == {"value": None, "ok": False, "raw": "perhaps", "logprob": None, "p": None}


@given(pieces=st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=6)), max_size=40), of=st.sampled_from(TYPES), cut=st.booleans())
@settings(max_examples=600, deadline=None)
def test_any_reply_is_read_or_unreadable(pieces: list[str], of: dict[str, Any], cut: bool) -> None:  # noqa: FBT001 - hypothesis names it
    """And nothing else comes of it."""
    reply = Reply(text="".join(pieces), finish="length" if cut else "stop", logprob=None, choices=None, tokens_in=1, tokens_out=1)

    assert told(reply, of).startswith(("ok", "the answer is ", "refused"))


@pytest.mark.parametrize("piece", ['["', "[", "{", "[1 ", "{'a': ", "a: b\n", "- \n", "I'm sorry but ", "1. a\n", "```\n", "as an ", "he said ", '["a", ', "&quot;", "\\\"", "/*", "let me know if you ", "// "])
def test_long_replies_take_no_time(piece: str) -> None:
    """Of whatever they consist: a model that goes round in circles must not stop a run."""
    text = (piece * 20_000)[:20_000]
    started = time.process_time()

    for of in TYPES:
        told(written(text), of)

    assert time.process_time() - started < 2


def test_refusals_are_those_of_assistants_alone() -> None:
    """Case, apostrophes and quotes make no difference to theirs; people write shorter."""
    assert all(map(is_refusal, ["I\u2019m sorry, but I can\u2019t assist with that.", '"I cannot fulfill your request."', "Sorry, but I can't help with that request."]))
    assert not any(map(is_refusal, ["sorry, cant help", "I cannot", "I can't help it", "I can't help with the move.", "as an ai fan i love this", ""]))
