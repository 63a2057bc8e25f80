"""Findings as values: what is wrong, where, and how to mend it. Nothing here prints."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from synthc.dsl.source import Span


class Severity(StrEnum):
    """How bad a finding is."""

    ERROR = "error"
    WARNING = "warning"


class Safety(StrEnum):
    """Whether a machine may apply a fix unasked."""

    SAFE = "safe"
    UNSAFE = "unsafe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A second place that explains a finding."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Replace what a span covers by a text."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """A mend that a machine can apply."""

    title: str
    edits: tuple[Edit, ...]
    safety: Safety = Safety.SAFE


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One finding: a rule's name, one sentence, a place, and where possible a mend.

    `message` says what is wrong in the author's words; `help` says what to do about it.
    """

    rule: str
    severity: Severity
    message: str
    span: Span
    labels: tuple[Label, ...] = ()
    help: str | None = None
    fix: Fix | None = None

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        """The one order in which findings are shown: file, place, severity, rule."""
        return (self.span.source.path, self.span.start, self.span.end, self.severity, self.rule)


def printable(text: str) -> str:
    """Return a text with a mark for each character that could steer a terminal: messages quote what came from anywhere.

    >>> printable(chr(27) + "[2J") == chr(0xFFFD) + "[2J", printable("plain")
    (True, 'plain')
    """
    return text if text.isprintable() else "".join(char if char.isprintable() else "\ufffd" for char in text)


def error(rule: str, message: str, span: Span, **more: object) -> Diagnostic:
    """Return an error."""
    return Diagnostic(rule=rule, severity=Severity.ERROR, message=printable(message), span=span, **more)  # type: ignore[arg-type]


def warning(rule: str, message: str, span: Span, **more: object) -> Diagnostic:
    """Return a warning."""
    return Diagnostic(rule=rule, severity=Severity.WARNING, message=printable(message), span=span, **more)  # type: ignore[arg-type]
