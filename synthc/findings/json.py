"""Findings as the JSON document that other programs read."""

from __future__ import annotations

import json as encoder
from collections.abc import Sequence
from typing import Any

from synthc.dsl.diagnostic import Diagnostic, Fix, Severity
from synthc.findings.place import page, range_of


def json(findings: Sequence[Diagnostic]) -> str:
    """Return `{"findings": [...], "summary": {"errors": n, "warnings": n}}`."""
    errors = sum(found.severity is Severity.ERROR for found in findings)
    document = {
        "findings": [_finding(found) for found in findings],
        "summary": {"errors": errors, "warnings": len(findings) - errors},
    }
    return encoder.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _finding(found: Diagnostic) -> dict[str, Any]:
    return {
        "rule": found.rule,
        "severity": found.severity.value,
        "message": found.message,
        "help": found.help,
        "file": found.span.source.path,
        "range": range_of(found.span),
        "related": [{"file": label.span.source.path, "range": range_of(label.span), "message": label.text} for label in found.labels],
        "fix": None if found.fix is None else _fix(found.fix),
        "url": page(found.rule),
    }


def _fix(fix: Fix) -> dict[str, Any]:
    edits = [{"file": edit.span.source.path, "range": range_of(edit.span), "text": edit.text} for edit in fix.edits]
    return {"title": fix.title, "safety": fix.safety.value, "edits": edits}
