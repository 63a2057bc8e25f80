"""What is found in a spec that stands alone, and what its fixes make of it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from synthc.compiler.compile import check
from synthc.dsl.diagnostic import Diagnostic, Safety

FOLDER = Path("/a-folder-that-is-not-there")


@cache
def findings(text: str) -> tuple[Diagnostic, ...]:
    """Return what is found in a spec."""
    return check(FOLDER / "spec.synth", FOLDER, texts={FOLDER / "spec.synth": text})


def applied(text: str, found: Iterable[Diagnostic]) -> str:
    """Return a spec with the fixes of findings in it."""
    edits = [edit for one in found if one.fix for edit in one.fix.edits]
    for edit in sorted(edits, key=lambda edit: -edit.span.start):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


def mended(text: str) -> str:
    """Return a spec with safe fixes in it, one after the other, until there is none."""
    while safe := [one for one in findings(text) if one.fix and one.fix.safety is Safety.SAFE]:
        text = applied(text, safe[:1])
    return text
