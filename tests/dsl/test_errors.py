"""One mistake, one finding, in the author's words: the cases are in errors.md."""

from __future__ import annotations

from pathlib import Path

import pytest

from synthc.dsl.diagnostic import Diagnostic, Safety
from synthc.dsl.parse import parse
from tests.dsl.bare import source
from tests.pages import Case, cases, shown

CASES = cases(Path(__file__).with_name("errors.md"))


def whole(case: Case) -> str:
    """Return the text of a case with its edition."""
    return case.given if "edition" in case.title.lower() or "synth 1" in case.given else f"synth 1\n\n{case.given}"


@pytest.mark.parametrize("case", CASES, ids=str)
def test_golden(case: Case) -> None:
    """Each text is answered as its page says."""
    _, found = parse(source(whole(case)))

    case.check("".join(map(shown, found)))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_safe_fixes_mend(case: Case) -> None:
    """What a machine may apply unasked makes its finding go away and brings no other."""
    text = whole(case)
    _, found = parse(source(text))
    safe = [finding for finding in found if finding.fix and finding.fix.safety is Safety.SAFE]
    for finding in safe:
        _, left = parse(source(fixed(text, finding)))

        assert len(left) == len(found) - 1


def fixed(text: str, finding: Diagnostic) -> str:
    """Return a text with a finding's fix applied."""
    for edit in sorted(finding.fix.edits if finding.fix else (), key=lambda edit: -edit.span.start):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


@pytest.mark.parametrize("case", CASES, ids=str)
def test_messages_are_in_our_style(case: Case) -> None:
    """Lower case, no full stop, and the remedy apart from the problem."""
    for finding in parse(source(whole(case)))[1]:
        assert not finding.message.endswith(".") or finding.message.endswith("...")
        assert finding.message[0] == finding.message[0].lower()
        assert finding.rule.replace("-", "").isalpha()
