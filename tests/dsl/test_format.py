"""The formatter changes white space only, always in the same way."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given

from synthc.dsl.format import format_source
from synthc.dsl.parse import parse
from synthc.dsl.tokens import tokens
from tests.dsl.bare import meaning, source
from tests.dsl.programs import programs
from tests.pages import Case, cases

GOLDEN = Path(__file__).parents[1] / "golden"


def formatted(text: str) -> str:
    """Return a text in our style."""
    return format_source(source(text))


@pytest.mark.parametrize("name", ["tour.synth", "personas.synth"])
def test_golden_files_are_in_style(name: str) -> None:
    """What we show is what the formatter writes."""
    text = (GOLDEN / name).read_text()

    assert formatted(text) == text


@pytest.mark.parametrize("case", cases(Path(__file__).with_name("format.md")), ids=str)
def test_golden(case: Case) -> None:
    """Each text comes out as its page says, and then stays."""
    case.check(formatted(case.given))

    assert formatted(case.expected) == case.expected


@given(programs())
def test_any_program(text: str) -> None:
    """A formatted program means the same, has the same words and comments, and stays as it is."""
    once = formatted(text)

    assert formatted(once) == once
    assert meaning(once) == meaning(text)
    assert words(once) == words(text)
    assert said(once) == said(text)


def words(text: str) -> list[str]:
    """Return all words and marks, with white space in texts collapsed."""
    return [" ".join(token.text.split()) for token in tokens(text, 0, len(text)) if not token.trivial]


def said(text: str) -> list[str]:
    """Return all comments."""
    written = source(text)
    return [span.text.rstrip() for span in parse(written)[0].comments]


def test_broken_items_stay_as_they_are() -> None:
    """An item that doesn't parse is the author's unfinished work."""
    text = "synth   1\nlet x   =  [ 1,\n    2\n\n\n\nlet y   = 2"

    assert formatted(text) == "synth 1\nlet x   =  [ 1,\n    2\n\nlet y = 2\n"


def test_a_misplaced_byte_order_mark_does_not_become_the_first() -> None:
    """At the start it would be none of the text, so an error would be gone."""
    formatted = format_source(source("\n\ufeffsynth 1\n"))

    assert formatted == "\n\ufeffsynth 1\n"
    assert format_source(source(formatted)) == formatted


def test_line_ends_and_mark_of_order_go() -> None:
    """Files from other systems come out with plain line ends."""
    text = '\ufeffsynth 1\r\n\r\nlet x = """\r\n  a\r\n\r\n  b\r\n  """\r\n'

    assert formatted(text) == 'synth 1\n\nlet x = """\n  a\n\n  b\n  """\n'


@pytest.mark.parametrize("text", ["", "\n\n", "  \n"])
def test_nothing_stays_nothing(text: str) -> None:
    """An empty file has no lines."""
    assert formatted(text) == ""
