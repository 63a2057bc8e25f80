"""Findings as annotations of GitHub Actions."""

from __future__ import annotations

from collections.abc import Sequence

from synthc.dsl.diagnostic import Diagnostic
from synthc.findings.place import range_of


def github(findings: Sequence[Diagnostic]) -> str:
    """Return one workflow command a finding."""
    return "".join(_command(found) for found in findings)


def _command(found: Diagnostic) -> str:
    start, end = range_of(found.span).values()
    fields = {
        "file": found.span.source.path,
        "line": start["line"],
        "endLine": end["line"],
        "col": start["column"],
        "endColumn": end["column"],
        "title": found.rule,
    }
    if start["line"] != end["line"]:  # columns of several lines are refused there
        del fields["col"], fields["endColumn"]
    named = ",".join(f"{name}={_property(str(value))}" for name, value in fields.items())
    message = found.message if found.help is None else f"{found.message}\n{found.help}"
    return f"::{found.severity} {named}::{_data(message)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
