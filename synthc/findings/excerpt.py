"""A line of source as a terminal shows it, and where a span stands under it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from synthc.dsl.source import Span

TAB = 4
WIDTH = 110
"""Longer lines are cut around the span."""
MARGIN = 30
"""How much of a cut line is shown before the span."""
NEAR = 150
"""How many characters before and behind the start of a span are looked at, more than is ever shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """The first line of a span, ready to print: its number, its text, and the cells that the span covers."""

    number: int
    text: str
    start: int
    length: int


def excerpt(span: Span) -> Excerpt | None:
    """Return the line where a span begins; None if there is nothing to see."""
    start, end = span.source.position(span.start), span.source.position(span.end)
    line = span.source.line(start.line)
    if not line.strip():
        return None
    first = min(start.column - 1, len(line))
    last = min(end.column - 1, len(line)) if end.line == start.line else len(line.rstrip())
    skipped = max(0, first - NEAR)
    cells = _cells(line[skipped : first + NEAR])
    first, last = first - skipped, last - skipped
    # A mark that combines with the character before shares its cell.
    before, covered = "".join(cells[:first]), "".join(cells[first : max(last, first)])
    text, shift = _cut("".join(cells), _width(before), _width(covered))
    at = _width(before) - shift
    return Excerpt(number=start.line, text=text, start=at, length=max(1, min(_width(covered), _width(text) - at)))


def _cells(line: str) -> list[str]:
    """Return each character as it is shown; tabs become spaces, and what could steer the terminal a mark."""
    if line.isascii() and line.isprintable():
        return list(line)
    shown: list[str] = []
    at = 0
    for char in line:
        if char == "\t":
            shown.append(" " * (TAB - at % TAB))
        elif unicodedata.category(char) == "Cf":
            shown.append("")
        elif unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}:
            shown.append("\ufffd")
        else:
            shown.append(char)
        at += _width(shown[-1])
    return shown


def _width(text: str) -> int:
    """Return how many cells a text takes.

    >>> _width("a"), _width("\u6f22"), _width("e\u0301")
    (1, 2, 1)
    """
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _cut(text: str, start: int, length: int) -> tuple[str, int]:
    """Return the part of a long line around a span, and how many cells it moved to the left."""
    if _width(text) <= WIDTH:
        return text, 0
    skipped = max(0, start - MARGIN) if start + length > WIDTH else 0
    kept, at = [], 0
    for char in text:
        if skipped <= at < skipped + WIDTH:
            kept.append(char)
        at += _width(char)
    begin, end = ("..." if skipped else ""), ("..." if at > skipped + WIDTH else "")
    return begin + "".join(kept) + end, skipped - len(begin)
