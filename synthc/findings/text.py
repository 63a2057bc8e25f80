"""Findings for people: the line, what is meant in it, and what to do."""

from __future__ import annotations

from collections.abc import Sequence

from synthc.dsl.diagnostic import Diagnostic, Safety, Severity
from synthc.dsl.source import Span
from synthc.findings.excerpt import excerpt

RED, YELLOW, BLUE, CYAN, BOLD, PLAIN = ("\x1b[1;31m", "\x1b[1;33m", "\x1b[1;34m", "\x1b[36m", "\x1b[1m", "\x1b[0m")
COLOURS = {Severity.ERROR: RED, Severity.WARNING: YELLOW}


def text(findings: Sequence[Diagnostic], *, colour: bool = False) -> str:
    """Return the findings with the lines they speak of, and a last line that counts them."""
    shown = "".join(_finding(found) + "\n" for found in findings)
    shown += summary(findings) + "\n"
    if colour:
        return shown
    for code in (RED, YELLOW, BLUE, CYAN, BOLD, PLAIN):
        shown = shown.replace(code, "")
    return shown


def summary(findings: Sequence[Diagnostic]) -> str:
    """Return how many findings there are.

    >>> summary(())
    'no findings'
    """
    errors = sum(found.severity is Severity.ERROR for found in findings)
    counts = [(errors, "error"), (len(findings) - errors, "warning")]
    return ", ".join(f"{count} {word}{'s' * (count != 1)}" for count, word in counts if count) or "no findings"


def _finding(found: Diagnostic) -> str:
    colour = COLOURS[found.severity]
    lines = [f"{colour}{found.severity}[{found.rule}]{PLAIN}{BOLD}: {found.message}{PLAIN}"]
    lines += _place(found.span, "^", colour, "")
    for label in found.labels:
        lines += _place(label.span, "-", BLUE, label.text)
    if found.help:
        lines.append(f"  {CYAN}help{PLAIN}: {found.help}")
    if found.fix:
        how = "`synthc check --fix` applies it" if found.fix.safety is Safety.SAFE else "look at it first"
        lines.append(f"  {CYAN}fix{PLAIN}: {found.fix.title} ({how})")
    return "".join(f"{line}\n" for line in lines)


def _place(span: Span, mark: str, colour: str, said: str) -> list[str]:
    """Return the lines that point at a place."""
    lines = [f"  {BLUE}-->{PLAIN} {span.place}"]
    shown = excerpt(span)
    if shown is None:
        return [f"{lines[0]}  {said}".rstrip()]
    gutter = f"{shown.number:>5} "
    lines.append(f"{BLUE}{gutter}|{PLAIN} {shown.text}".rstrip())
    pointer = f"{mark * shown.length} {said}".rstrip()
    lines.append(f"{BLUE}{' ' * len(gutter)}|{PLAIN} {' ' * shown.start}{colour}{pointer}{PLAIN}")
    return lines
