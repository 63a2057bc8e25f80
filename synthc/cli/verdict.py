"""What findings mean for the exit code."""

from __future__ import annotations

from synthc.dsl.diagnostic import Diagnostic, Severity
from synthc.runtime.errors import InputError


def verdict(findings: tuple[Diagnostic, ...]) -> int:
    """Return the exit code of findings: 2 if a file cannot be read, 1 if there is an error, else 0."""
    if any(found.rule == "unreadable-file" for found in findings):
        return InputError.exit_code
    return int(any(found.severity is Severity.ERROR for found in findings))
