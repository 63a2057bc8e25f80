"""What models write, and what is read from it."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pytest

from synthc.runtime.answers import Unreadable, failed_answer, read_answer
from synthc.runtime.endpoints.base import Reply
from synthc.runtime.endpoints.fake import chosen, written

TEXT = {"kind": "text"}
TURNS = {"kind": "list", "of": TEXT}
NUMBERS = {"kind": "list", "of": {"kind": "int"}}
PERSON = {"kind": "record", "fields": {"name": TEXT, "age": {"kind": "int"}}}
SCENE = {"kind": "record", "fields": {"place": TEXT, "turns": TURNS}}
PEOPLE = {"kind": "list", "of": PERSON}
YES_NO = {"kind": "choice", "options": ["yes", "no"]}
CHAT = ["hey, you up?", "no lol"]
TOM = {"name": "Tom", "age": 41}

READ: list[tuple[Any, str, Any]] = [
    (TEXT, " hello\n", "hello"),
    (TEXT, "```\nhello\n```", "hello"),
    (TEXT, "```text\nhello", "hello"),
    (TEXT, "Sure, here is a message:\n\nhello", "hello"),
    (TEXT, "Here\u2019s one:\nhello", "hello"),
    (TEXT, "<think>\nWhat would they say?\n</think>\nhello", "hello"),
    (TEXT, "use ```ls``` to list", "use ```ls``` to list"),
    (TEXT, "Here is where we met: the park.", "Here is where we met: the park."),
    (TURNS, '["hey, you up?", "no lol"]', CHAT),
    (TURNS, '```json\n["hey, you up?", "no lol"]\n```\nLet me know if you need more!', CHAT),
    (TURNS, 'Sure, here is the chat:\n```\n["hey, you up?", "no lol"]\n```', CHAT),
    (TURNS, 'Sure! ["hey, you up?", "no lol"] I hope this helps.', CHAT),
    (TURNS, "[\u201chey, you up?\u201d, \u201cno lol\u201d]", CHAT),
    (TURNS, '["he said \u201chi\u201d", "no lol"]', ["he said \u201chi\u201d", "no lol"]),
    (TURNS, "['hey, you up?', 'no lol']", CHAT),
    (TURNS, '["hey, you up?", "no lol",]', CHAT),
    (TURNS, '["hey, you up?", "", null, "no lol"]', CHAT),
    (TURNS, '{"messages": ["hey, you up?", "no lol"]}', CHAT),
    (TURNS, '[{"speaker": "A", "message": "hey, you up?"}, {"speaker": "B", "message": "no lol"}]', CHAT),
    (TURNS, "1. hey, you up?\n2. no lol", CHAT),
    (TURNS, "Here is the chat:\n\n1) hey, you up?\n\n2) no lol\n\nEnjoy!", CHAT),
    (TURNS, "[1] hey, you up?\n[2] no lol", CHAT),
    (TURNS, "- hey, you up?\n- no lol", CHAT),
    (TURNS, "\u2022 hey, you up?\n\u2022 no lol", CHAT),
    (TURNS, "A: hey, you up?\nB: no lol", CHAT),
    (TURNS, "Person A: hey, you up?\nPerson B: no lol", CHAT),
    (TURNS, "**Person A:** hey, you up?\n**Person B:** no lol", CHAT),
    (TURNS, "**Person A**: hey, you up?\n**Person B**: no lol", CHAT),
    (TURNS, '"hey, you up?"\n"no lol"', CHAT),
    (TURNS, "\u201chey, you up?\u201d\n\u201cno lol\u201d", CHAT),
    (TURNS, "A chat between friends:\nhey, you up?\nno lol", CHAT),
    (TURNS, "hey, you up?\nno lol", CHAT),
    (NUMBERS, "[1, 2]", [1, 2]),
    (NUMBERS, "1. 10\n2. 20", [10, 20]),
    (SCENE, '{"place": "home", "turns": "1. hey, you up?\\n2. no lol"}', {"place": "home", "turns": CHAT}),
    (PERSON, '{"name": "Tom", "age": 41}', TOM),
    (PERSON, '```json\n{"Name": "Tom", "AGE": "41", "job": "chef"}\n```', TOM),
    (PERSON, "Certainly:\n{\u201cname\u201d: \u201cTom\u201d, \u201cage\u201d: 41,}", TOM),
    (PERSON, "Name: Tom\nAge: 41", TOM),
    (PERSON, "- **Name:** Tom\n- **Age:** 41 years", TOM),
    (PEOPLE, '[{"name": "Tom", "age": 41}]', [TOM]),
    ({"kind": "int"}, "The answer is 1,234.", 1234),
    ({"kind": "float"}, "-2.5", -2.5),
    ({"kind": "share"}, "20%", 0.2),
    ({"kind": "bool"}, "Yes, it could.", True),
    ({"kind": "bool"}, "**false**", False),
    ({"kind": "date"}, "2024-02-03", dt.date(2024, 2, 3)),
]


@pytest.mark.parametrize(("of", "text", "expected"), READ)
def test_what_was_meant_is_read(of: Any, text: str, expected: Any) -> None:
    """Through fences, numbering, preambles, smart quotes and thoughts."""
    answer = read_answer(written(text), of)

    assert answer["value"] == expected
    assert (answer["ok"], answer["raw"]) == (True, text)


CUT: list[tuple[Any, str, Any]] = [
    (TURNS, '["hey, you up?", "no lol", "are yo', CHAT),
    (TURNS, '```json\n["hey, you up?",\n "no lol",\n "are yo', CHAT),
    (TURNS, "1. hey, you up?\n2. no lol\n3. are yo", CHAT),
    (TURNS, "hey, you up?\nno lol\nare yo", CHAT),
    (PEOPLE, '[{"name": "Tom", "age": 41}, {"name": "An', [TOM]),
    (TEXT, "hey, you u", "hey, you u"),
]


@pytest.mark.parametrize(("of", "text", "expected"), CUT)
def test_a_half_finished_last_item_is_left_out(of: Any, text: str, expected: Any) -> None:
    """Where the answer had no more room."""
    reply = Reply(text=text, finish="length", logprob=None, choices=None, tokens_in=1, tokens_out=1)

    assert read_answer(reply, of)["value"] == expected


UNREADABLE: list[tuple[Any, str, str]] = [
    (TEXT, " \n", "empty"),
    (TEXT, "```\n```", "empty"),
    (TURNS, "[]", "an empty list"),
    (TURNS, '["", null]', "an empty list"),
    (NUMBERS, '["a few"]', "not int"),
    (PERSON, '{"name": "Tom"}', "without `age`"),
    (PERSON, "I'd rather not.", "without `name`"),
    (PERSON, '{"name": "Tom", "age": 41', "without `name`"),
    (PEOPLE, "Tom, 41", "not record"),
    ({"kind": "int"}, "between 3 and 5", "not int"),
    ({"kind": "int"}, "4.5", "not int"),
    ({"kind": "bool"}, "not sure", "not bool"),
    ({"kind": "date"}, "tomorrow", "not date"),
    (YES_NO, "yes", "the endpoint gave no probabilities"),
    (YES_NO, "perhaps", "none of the options"),
]


@pytest.mark.parametrize(("of", "text", "why"), UNREADABLE)
def test_what_cannot_be_read_says_why(of: Any, text: str, why: str) -> None:
    """And never guesses."""
    with pytest.raises(Unreadable, match=f"^{why}$"):
        read_answer(written(text), of)


def test_a_list_cut_in_its_first_item_is_unreadable() -> None:
    """Nothing of it is finished."""
    with pytest.raises(Unreadable, match="cut off in its first item"):
        read_answer(Reply(text='["hey, yo', finish="length", logprob=None, choices=None, tokens_in=1, tokens_out=1), TURNS)


def test_a_choice_has_the_probability_of_each_option() -> None:
    """Normalised over the options."""
    answer = read_answer(chosen(yes=0.6, no=0.2), YES_NO)

    assert answer["value"] == "yes"
    assert answer["p"] == pytest.approx({"yes": 0.75, "no": 0.25})


def test_a_choice_of_which_nothing_is_likely_is_unreadable() -> None:
    """There is nothing to normalise."""
    reply = Reply(text="", finish="stop", logprob=None, choices={"yes": -math.inf, "no": -math.inf}, tokens_in=1, tokens_out=1)

    with pytest.raises(Unreadable, match="none of the options is among the likely tokens"):
        read_answer(reply, YES_NO)


def test_a_kept_failure_has_what_was_written() -> None:
    """And says that it is not ok."""
    assert failed_answer("perhaps", YES_NO) == {"value": None, "ok": False, "raw": "perhaps", "logprob": None, "p": None}
