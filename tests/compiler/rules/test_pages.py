"""The pages of this folder show what rules find, what they leave alone, and what their fixes make of a spec."""

from __future__ import annotations

from pathlib import Path

import pytest

from synthc.dsl.format import format_source
from synthc.dsl.source import Source
from tests.compiler.rules.mended import findings, mended
from tests.pages import Case, cases, shown

PAGES = [case for page in sorted(Path(__file__).parent.glob("*.md")) for case in cases(page)]
FOUND = [case for case in PAGES if case.page.stem != "fixes"]
FIXED = [case for case in PAGES if case.page.stem == "fixes"]


def named(case: Case) -> str:
    """Return a page and its heading."""
    return f"{case.page.stem}: {case.title}"


@pytest.mark.parametrize("case", FOUND, ids=named)
def test_found(case: Case) -> None:
    """A user sees exactly what the page says."""
    case.check("".join(map(shown, findings(case.given))) or "no findings\n")


@pytest.mark.parametrize("case", FIXED, ids=named)
def test_fixed(case: Case) -> None:
    """Safe fixes make of a spec exactly what the page says, and what was tidy stays so."""
    case.check(mended(case.given))

    assert format_source(Source(path="", text=case.given)) == case.given
    assert format_source(Source(path="", text=case.expected)) == case.expected
