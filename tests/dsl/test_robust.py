"""No text makes the parser raise, and none makes it slow."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthc.dsl.format import format_source
from synthc.dsl.parse import parse
from tests.dsl.bare import meaning, source

TOUR = (Path(__file__).parents[1] / "golden" / "tour.synth").read_text()
MANY = 4000
DEEP = {
    "parentheses": "let a = " + "(" * MANY + "1" + ")" * MANY,
    "open parentheses": "let a = " + "(" * MANY,
    "lists": "let a = " + "[" * MANY + "]" * MANY,
    "calls": "let a = " + "f(" * MANY + ")" * MANY,
    "records": "source a = b {" + "x = {" * MANY + "}" * MANY + "}",
    "minus": "let a = " + "-" * MANY + "1",
    "not": "let a = " + "not " * MANY + "b",
    "sums": "let a = 1" + " + 1" * MANY,
    "fields": "let a = b" + ".c" * MANY,
    "types": "param a: " + "list(" * MANY + "int" + ")" * MANY,
}
LONG = {
    "comments": "# x\n" * 20_000,
    "texts": 'let a = """' * MANY,
    "open holes": 'let a = """\n' + "  {{ { }}\n" * 1000 + '  """',
    "quotes": '"' * MANY,
    "items": "a\n" * 1000,
    "empty lines": "\n" * 50_000 + "let a = 1",
    "blanks": "let a = 1" + " " * 100_000,
}


@pytest.mark.parametrize("name", DEEP)
def test_deep_nesting_is_a_finding(name: str) -> None:
    """Never a crash: readers of the syntax recurse."""
    _, found = parse(source("synth 1\n" + DEEP[name]))

    assert [finding.rule for finding in found] == ["unclosed-bracket" if name == "open parentheses" else "too-deep"]


def test_nesting_up_to_the_limit_is_fine() -> None:
    """And its syntax can be compared, hashed and shown."""
    module, found = parse(source("synth 1\nlet a = " + "-" * 99 + "1"))

    assert found == ()
    assert hash(module.items) == hash(module.items)
    assert repr(module.items)


@pytest.mark.parametrize("name", LONG)
def test_long_texts_take_time_in_proportion(name: str) -> None:
    """Nothing in cutting, parsing or formatting is quadratic."""
    start = time.process_time()

    parse(source(LONG[name]))
    format_source(source(LONG[name]))

    assert time.process_time() - start < 5


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60) | st.text('synth1le \n"{}[]()|#=.-\\\0\ufeff\r%', max_size=60))
def test_any_text(text: str) -> None:
    """Parsing and formatting return, whatever is written."""
    check(text)


@pytest.mark.parametrize("seed", range(40))
def test_mutations_of_the_tour(seed: int) -> None:
    """Pieces taken out, doubled and replaced: all findings are findings."""
    dice = random.Random(seed)
    text = TOUR
    for _ in range(dice.randrange(1, 5)):
        start = dice.randrange(len(text))
        end = start + dice.randrange(30)
        text = text[:start] + dice.choice(["", text[start:end] * 2, dice.choice('{}[]()"|#\n\0\'\r=,.-'), '"""', "{{"]) + text[end:]

    check(text)


def check(text: str) -> None:
    """Parse and format a text, and hold the formatter to its promises."""
    module, found = parse(source(text))
    for finding in found:
        assert 0 <= finding.span.start <= finding.span.end <= len(text)
    once = format_source(source(text))
    assert format_source(source(once)) == once
    if not found:
        assert meaning(once) == meaning(text)
    assert len(parse(source(once))[0].items) == len(module.items)
