"""The pages of this folder are the manual, and every example in them is checked."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from synthc.compiler.compile import check
from synthc.dsl.diagnostic import Diagnostic, Safety
from tests.pages import Case, cases, shown

CASES = [case for page in sorted(Path(__file__).parent.glob("*.md")) for case in cases(page)]
FOLDER = Path("/a-folder-that-is-not-there")


def named(case: Case) -> str:
    """Return a page and its heading."""
    return f"{case.page.stem}: {case.title}"


@cache
def found(case: Case, given: str | None = None) -> tuple[Diagnostic, ...]:
    """Return all findings of an example, whose files stand in no folder."""
    files = {**case.files, "spec.synth": given or case.given}
    params = dict(option.split("=", 1) for option in case.options.split() if option != "--set")
    return check(FOLDER / "spec.synth", FOLDER, params=params, texts={FOLDER / name: text for name, text in files.items()})


@pytest.mark.parametrize("case", CASES, ids=named)
def test_page(case: Case) -> None:
    """A user sees exactly what the page says."""
    case.check("".join(map(shown, found(case))) or "no findings\n")


@pytest.mark.parametrize("case", CASES, ids=named)
def test_messages_are_in_our_style(case: Case) -> None:
    """Lower case, no full stop; every name that explains itself is spelled with hyphens."""
    for finding in found(case):
        for text in (finding.message, *(label.text for label in finding.labels), finding.help or ""):
            assert not text.endswith(".") or text.endswith("...")
            assert text[:1] == text[:1].lower()
        assert finding.rule.replace("-", "").isalpha()


@pytest.mark.parametrize("case", CASES, ids=named)
def test_safe_fixes_mend(case: Case) -> None:
    """What a machine may apply unasked makes its finding go away."""
    for finding in found(case):
        if finding.fix and finding.fix.safety is Safety.SAFE and finding.span.source.path == "spec.synth":
            text = case.given
            for edit in sorted(finding.fix.edits, key=lambda edit: -edit.span.start):
                text = text[: edit.span.start] + edit.text + text[edit.span.end :]

            assert len(found(case, text)) < len(found(case))
