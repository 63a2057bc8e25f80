"""One line a finding: `path:line:column: severity[rule] message`."""

from __future__ import annotations

from collections.abc import Sequence

from synthc.dsl.diagnostic import Diagnostic


def concise(findings: Sequence[Diagnostic]) -> str:
    """Return the findings, one a line."""
    return "".join(f"{found.span.place}: {found.severity}[{found.rule}] {found.message}\n" for found in findings)
