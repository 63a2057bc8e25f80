"""Where a finding is, as machines write it."""

from __future__ import annotations

from typing import Any

from synthc.dsl.source import Span


def range_of(span: Span) -> dict[str, Any]:
    """Return the range of a span: lines and columns count from 1, columns in code points; the end is exclusive."""
    start, end = (span.source.position(offset) for offset in (span.start, span.end))
    return {"start": {"line": start.line, "column": start.column}, "end": {"line": end.line, "column": end.column}}


def page(rule: str) -> str:
    """Return where the page of a rule is, from the root of the repository."""
    return f"docs/rules/{rule}.md"
