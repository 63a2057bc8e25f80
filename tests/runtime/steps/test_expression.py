"""Expressions: what they give, and that without a value they give null and not a wrong number."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from synthc.compiler.compile import check
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
    "upper(text)": "A B",
    'join(split(text, " "), "+")': "a+b",
    'extract(text, "[b-z]")': "b",
    'int(" -12 ") + 1': -11,
    'float("1.5e1")': 15.0,
    'join(unique(["b", "a", "b"]), "")': "ba",
    "sum([1, 2, words(text)])": 5,
    "mean([1, words(text)])": 1.5,
    "round(2.5) - round(-2.5)": 6,
    "floor(-0.5) + ceil(0.5)": 0,
    'year(date("2024-02-29")) + month(date("2024-02-29")) + day(date("2024-02-29"))': 2055,
    'weekday(date("2024-12-30"))': 1,
    'days(date("2024-02-28"), date("2024-03-01"))': 2,
    'date("2024-03-01") > date("2024-02-29")': True,
    'date("2024-03-01") in date("2024-01-01")..date("2024-12-31")': True,
    'date("2024-03-01") in [date("2024-03-01")]': True,
    '"on " + """{{ date("2024-03-01") }}"""': "on 2024-03-01",
    '"""{{ 1.0 / 8 }} {{ words(text) == 2 }} {{ 0.00001 }} {{ 1000000.0 * 1e20 }}"""': "0.125 true 0.00001 1e+26",
    '"a" + text': "aa b",
}
MISSING = ["1 / (words(text) - 2)", "log(-1.0)", "max(log(0.0), 1.0)", "sqrt(-1.0)", "round(log(0.0))", "exp(10000.0)", "log(0.0) < 0", "1 / (words(text) - 2) > 1", 'matches(text, text + "(")', 'int("12.5")', 'float("many")', 'date("2024-02-30")', "date(text)", 'first(split(text, ""))', 'extract(text, "z")', 'replace(text, "", "x")', "floor(log(0.0))"]

REGULAR = ("matches", "extract")
"""What takes a regular expression is left to the run, which sets rows aside where it has no value."""


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


@pytest.mark.parametrize("expression", VALUES)
def test_the_compiler_works_out_what_a_run_finds(tmp_path: Path, expression: str) -> None:
    """The same value of the same type, where all that is read is a constant."""
    node = spec(tmp_path, f"let given = \"a b\"\nlet found = {expression.replace('text', 'given')}\nfilter out = web\n  | let same = found\n", texts=["a b"])

    (found,) = node.rows("out")["same"].to_list()

    assert (found, type(found)) == (VALUES[expression], type(VALUES[expression]))


@pytest.mark.parametrize("expression", [each for each in MISSING if not each.startswith(REGULAR)])
def test_a_constant_without_a_value_is_a_finding(tmp_path: Path, expression: str) -> None:
    """Where a run would set the row aside."""
    path = tmp_path / "spec.synth"
    path.write_text(f"synth 1\nlet given = \"a b\"\nlet found = {expression.replace('text', 'given')}\n")

    assert [each.message for each in check(path, tmp_path)][:1] in (["this has no value"], ["this divides by zero"])
