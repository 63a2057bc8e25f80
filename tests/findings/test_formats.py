"""What each format makes of the same findings; the expected texts stand in `snapshots/`."""

from __future__ import annotations

import json as decoder
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from synthc.dsl.diagnostic import Diagnostic
from synthc.findings.concise import concise
from synthc.findings.excerpt import excerpt
from synthc.findings.github import github
from synthc.findings.json import json
from synthc.findings.sarif import sarif
from synthc.findings.text import text
from tests.expected import check_file
from tests.findings.findings import SPEC, findings

FORMATS: dict[str, Callable[[Sequence[Diagnostic]], str]] = {
    "text.txt": text,
    "concise.txt": concise,
    "github.txt": github,
    "json.json": json,
    "sarif.json": sarif,
}


@pytest.mark.parametrize("name", FORMATS)
def test_snapshots(name: str) -> None:
    """Each format is shown as its snapshot; with SYNTHC_GOLDEN=write in the environment that is rewritten."""
    check_file(Path(__file__).parent / "snapshots" / name, FORMATS[name](findings()))


def test_colour_changes_nothing_else() -> None:
    """With colour the same characters are shown, and an escape of the source is not passed on."""
    plain = text(findings())
    coloured = text(findings(), colour=True)

    assert "\x1b" not in plain
    assert "\x1b[31m here" not in coloured
    assert len(coloured) > len(plain)


def test_no_findings() -> None:
    """Nothing to say is said in every format."""
    assert text(()) == "no findings\n"
    assert concise(()) == ""
    assert decoder.loads(json(())) == {"findings": [], "summary": {"errors": 0, "warnings": 0}}
    assert decoder.loads(sarif(()))["runs"][0]["results"] == []


def test_excerpts_at_every_place() -> None:
    """No span breaks an excerpt, and the pointer stays on the line."""
    size = len(SPEC.text)
    for start in range(0, size, 3):
        for end in (start, min(size, start + 1), min(size, start + 40), size):
            shown = excerpt(SPEC.span(start, end))
            if shown is not None:
                assert shown.length >= 1
                assert 0 <= shown.start <= 130
