"""Expressions: what they give, and that without a value they give null and not a wrong number."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.runtime.spec import spec

VALUES: dict[str, Any] = {
    "words(text) + 1": 3,
    "-words(text) * 2 - 1": -5,
    "words(text) / 4": 0.5,
    'text == "a b"': True,
    'not (text != "a b" or words(text) > 2)': True,
    'words(text) in 2..3 and "a" in text': True,
    'text in ["x", "a b"]': True,
    'lower("Ab") in [text]': False,
    'contains(text, "b") and starts_with(text, "a") and ends_with(text, "b")': True,
    'matches(text, "^a .$")': True,
    'replace(text, " ", "-")': "a-b",
    'strip("  x ")': "x",
    'join(lines("a\\nb"), "+")': "a+b",
    'first(lines("a\\nb"))': "a",
    'last(lines("a\\nb"))': "b",
    'count(lines("a\\nb"))': 2,
    "min(3, words(text), 7)": 2,
    "max(3.5, 1.0)": 3.5,
    "abs(-2)": 2,
    "round(2.6)": 3,
    "round(exp(log(5.0)))": 5,
    "sqrt(4.0)": 2.0,
    "characters(text)": 3,
    '"a" + text': "aa b",
}
MISSING = ["1 / (words(text) - 2)", "log(-1.0)", "max(log(0.0), 1.0)", "sqrt(-1.0)", "round(log(0.0))", "exp(10000.0)", "log(0.0) < 0", "1 / 0 > 1", 'matches(text, "(")']


def value(folder: Path, expression: str) -> list[Any]:
    """Return the value of an expression over the text `a b`, in a list that is empty if it has none."""
    node = spec(folder, f"filter out = web {{\n  max_failures = 100%\n}}\n  | let found = {expression}\n", texts=["a b"])
    return node.rows("out")["found"].to_list()


@pytest.mark.parametrize("expression", VALUES)
def test_expressions_have_their_values(tmp_path: Path, expression: str) -> None:
    """One row, one value."""
    assert value(tmp_path, expression) == [VALUES[expression]]


@pytest.mark.parametrize("expression", MISSING)
def test_an_expression_that_fails_has_no_value(tmp_path: Path, expression: str) -> None:
    """Not even inside a comparison."""
    assert value(tmp_path, expression) == []
