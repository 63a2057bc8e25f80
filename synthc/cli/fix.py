"""Applies the fixes that a machine may apply unasked."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from synthc.dsl.diagnostic import Diagnostic, Edit, Safety

ROUNDS = 100
"""A fix may bring another finding to light, or touch the stretch of another; fixes that undo each other end here."""

Findings = tuple[Diagnostic, ...]


def mend(findings: Findings, again: Callable[[], Findings]) -> Findings:
    """Apply safe fixes until none is left, say how many, and return what is still found."""
    mended: Counter[str] = Counter()
    for _ in range(ROUNDS):
        done = _apply(findings)
        if not done:
            break
        mended += done
        findings = again()
    for path, count in sorted(mended.items()):
        print(f"{path}: {count} fix{'es' * (count != 1)} applied", file=sys.stderr)
    return findings


def _apply(findings: Iterable[Diagnostic]) -> Counter[str]:
    """Apply what does not overlap, and count the fixes by file."""
    done: Counter[str] = Counter()
    edits: dict[str, list[Edit]] = {}
    for found in findings:
        if found.fix is None or found.fix.safety is not Safety.SAFE:
            continue
        paths = {edit.span.source.path for edit in found.fix.edits}
        if all(_editable(path) for path in paths) and not any(_overlaps(edit, edits.get(edit.span.source.path, [])) for edit in found.fix.edits):
            for edit in found.fix.edits:
                edits.setdefault(edit.span.source.path, []).append(edit)
            done.update([found.span.source.path])
    for path, changes in edits.items():
        _write(path, changes)
    return done


def _editable(path: str) -> bool:
    return not path.startswith("<")


def _overlaps(edit: Edit, others: Iterable[Edit]) -> bool:
    return any(edit.span.start <= other.span.end and other.span.start <= edit.span.end for other in others)


def _write(path: str, edits: Iterable[Edit]) -> None:
    edits = sorted(edits, key=lambda edit: -edit.span.start)
    text = edits[0].span.source.text
    for edit in edits:
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    Path(path).write_bytes(text.encode("utf-8"))
