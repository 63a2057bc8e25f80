"""Every finding has a page, and what the page shows as wrong and as right is so."""

from __future__ import annotations

from pathlib import Path

import pytest

from synthc.compiler.pages import names, page, summary
from synthc.compiler.pages.example import Example, examples
from synthc.dsl.diagnostic import Severity
from synthc.dsl.format import format_source
from synthc.dsl.parse import parse
from synthc.dsl.source import Source
from tests.docs.findings import found
from tests.docs.raised import raised

EXAMPLES = [(name, example) for name in names() for example in examples(page(name) or "")]


def test_every_finding_has_a_page_and_every_page_a_finding() -> None:
    """A rule that is raised anywhere can be explained, and no page speaks of what is never raised."""
    assert sorted(raised()) == list(names())


@pytest.mark.parametrize("name", names())
def test_a_page_says_what_why_and_shows_both(name: str) -> None:
    """One sentence, a reason, what to do, then something wrong and something right."""
    text = page(name) or ""
    verdicts = [example.verdict for example in examples(text)]

    assert summary(text).endswith(".")
    assert len(summary(text)) <= 100
    assert text.partition("```")[0].count("\n\n") >= 2
    assert verdicts == ["wrong", "right"]


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[f"{name}-{example.verdict}" for name, example in EXAMPLES])
def test_what_a_page_shows_is_so(name: str, example: Example, tmp_path: Path) -> None:
    """What is wrong gives that one finding and no other error; what is right gives none."""
    findings = found(example, tmp_path)
    if example.verdict == "wrong":
        findings = tuple(one for one in findings if one.severity is Severity.ERROR or one.rule == name)

    assert [finding.rule for finding in findings] == [name] * (example.verdict == "wrong")


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[f"{name}-{example.verdict}" for name, example in EXAMPLES])
def test_what_a_page_shows_is_in_style(name: str, example: Example) -> None:
    """As `synthc fmt` leaves it, where it can be read."""
    source = Source(path=f"{name}.synth", text=example.text)

    assert parse(source)[1] or format_source(source) == example.text


def test_there_is_no_page_of_nothing() -> None:
    """A name that is no rule has no page, whatever file it could reach."""
    assert [page(name) for name in ("no-such-rule", "../pages/wrong-sum", "", "__init__", "rule")] == [None] * 5
