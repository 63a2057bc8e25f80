"""Findings as SARIF 2.1.0, which code hosts and editors read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import groupby
from typing import Any
from urllib.parse import quote

from synthc import __version__
from synthc.compiler import pages
from synthc.dsl.diagnostic import Diagnostic, Fix
from synthc.dsl.source import Span
from synthc.findings.place import page, range_of


def sarif(findings: Sequence[Diagnostic]) -> str:
    """Return a log of one run."""
    rules = [_rule(rule) for rule in sorted({found.rule for found in findings})]
    run = {
        "tool": {"driver": {"name": "synthc", "version": __version__, "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(found) for found in findings],
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=1, ensure_ascii=False) + "\n"


def _rule(rule: str) -> dict[str, Any]:
    """Return what viewers show of a rule: its first sentence, and its page."""
    written = pages.page(rule)
    if written is None:
        return {"id": rule, "help": {"text": page(rule)}}
    return {"id": rule, "shortDescription": {"text": pages.summary(written)}, "help": {"text": page(rule), "markdown": written}}


def _result(found: Diagnostic) -> dict[str, Any]:
    text = found.message if found.help is None else f"{found.message}; {found.help}"
    result: dict[str, Any] = {
        "ruleId": found.rule,
        "level": found.severity.value,
        "message": {"text": text},
        "locations": [_location(found.span)],
    }
    if found.labels:
        result["relatedLocations"] = [
            {"id": number, "message": {"text": label.text}, **_location(label.span)} for number, label in enumerate(found.labels, 1)
        ]
    if found.fix is not None:
        result["fixes"] = [_fix(found.fix)]
    return result


def _fix(fix: Fix) -> dict[str, Any]:
    by_file = groupby(fix.edits, key=lambda edit: edit.span.source.path)
    changes = [
        {
            "artifactLocation": _artifact(path),
            "replacements": [{"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}} for edit in edits],
        }
        for path, edits in by_file
    ]
    return {"description": {"text": fix.title}, "artifactChanges": changes}


def _location(span: Span) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": _artifact(span.source.path), "region": _region(span)}}


def _artifact(path: str) -> dict[str, Any]:
    return {"uri": quote(path)}


def _region(span: Span) -> dict[str, int]:
    start, end = range_of(span).values()
    return {"startLine": start["line"], "startColumn": start["column"], "endLine": end["line"], "endColumn": end["column"]}
