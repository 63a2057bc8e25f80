"""What is read from what models write, as the pages of this folder say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from synthc.runtime.answers.typed import read_value
from synthc.runtime.answers.unreadable import Unreadable
from synthc.runtime.answers.wrapping import unwrapped
from tests.runtime.answers.page import Answered, answers, type_of

ANSWERS = list(answers(Path(__file__).parent))


def outcome(answer: Answered) -> str:
    """Return the value in JSON, or why the row is set aside."""
    cut = answer.finish == "length"
    try:
        value = read_value(unwrapped(answer.raw, cut=cut), type_of(answer.of), cut=cut)
    except Unreadable as problem:
        return f"set aside: {problem.reason}\n"
    return json.dumps(value, ensure_ascii=False, default=str) + "\n"


@pytest.mark.parametrize("answer", ANSWERS, ids=str)
def test_page(answer: Answered) -> None:
    """Each answer is read as its page says, or fails with the reason that a user sees."""
    answer.check(outcome(answer))


def test_the_corpus_is_large() -> None:
    """A hundred and fifty answers at least, of every kind, and of each kind some that fail."""
    failing = {answer.page.stem for answer in ANSWERS if answer.comes.startswith("set aside")}

    assert len(ANSWERS) >= 150
    assert {answer.page.stem for answer in ANSWERS} == failing
