"""Reads a triple-quoted text: takes off its indent and parses its holes."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Label, error
from synthc.dsl.source import Source, Span

ParseHole = Callable[[Source, int, int], tuple[syntax.Expression | None, tuple[Diagnostic, ...]]]
"""Parses the expression between two offsets; given, because parsing needs this file in turn."""

BLANK = " \t\r\f"
_OPEN = re.compile(r"\\\{\{|\{\{")
_IN_HOLE = re.compile(r'"(?:[^"\\\n]|\\[^\n])*+"|"|#[^\n]*|\{\{|\{|\}\}|\}')


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where the content of a text stands, and the white space its closing quotes take off each line."""

    start: int
    end: int
    indent: str


def layout(span: Span) -> Layout | None:
    """Return the layout of a triple-quoted text; None if it shares a line of several with its quotes."""
    body = span.text[3:-3]
    first, last = body.find("\n"), body.rfind("\n")
    if first < 0:
        return Layout(start=span.start + 3, end=span.end - 3, indent="")
    indent = body[last + 1 :]
    if body[:first].strip(BLANK) or indent.strip(BLANK):
        return None
    return Layout(start=span.start + 4 + first, end=span.start + 3 + max(first + 1, last), indent=indent)


def read(span: Span, parse_hole: ParseHole) -> tuple[syntax.Template, tuple[Diagnostic, ...]]:
    """Return the template that stands at a place; a bad hole is left out and reported alone."""
    reader = _Reader(span=span, parse_hole=parse_hole)
    parts = tuple(_joined(reader.parts()))
    return syntax.Template(parts=parts, broken=bool(reader.found), span=span), tuple(reader.found)


@dataclass(slots=True, kw_only=True)
class _Reader:
    span: Span
    parse_hole: ParseHole
    found: list[Diagnostic] = field(default_factory=list)

    def parts(self) -> Iterator[str | syntax.Hole]:
        """Yield literal stretches and holes as they come."""
        text, place = self.span.source.text, layout(self.span)
        if place is None:
            self._report_layout()
            return
        cuts, at = deque(self._cuts(place)), place.start
        for match in _OPEN.finditer(text, place.start, place.end):
            if match.start() < at:
                continue
            yield _without(text, at, match.start(), cuts)
            at = match.end()
            if match[0] != "{{":
                yield "{{"
                continue
            end = hole_end(text, at, place.end)
            if end is None:
                help = "close it with `}}`; a literal pair is written `\\{{`"
                self._report("unclosed-hole", "this `{{` is never closed", match.start(), at, help)
                break
            yield from self._hole(match.start(), end)
            at = end
        yield _without(text, at, place.end, cuts)

    def _hole(self, start: int, end: int) -> Iterator[syntax.Hole]:
        if not self.span.source.text[start + 2 : end - 2].strip():
            self._report("empty-hole", "this hole is empty", start, end, "write what stands here, `{{ text }}`")
            return
        value, found = self.parse_hole(self.span.source, start + 2, end - 2)
        self.found.extend(found)
        if value is not None:
            yield syntax.Hole(value=value, span=self.span.source.span(start, end))

    def _cuts(self, place: Layout) -> list[tuple[int, int]]:
        """Return the stretches of white space that aren't part of the value, in order."""
        text, start = self.span.source.text, place.start
        cuts: list[tuple[int, int]] = []
        if "\n" not in self.span.text:
            return []
        while start < place.end:
            end = text.find("\n", start, place.end)
            end = place.end if end < 0 else end
            line = text[start:end]
            width = len(place.indent) if line.startswith(place.indent) else len(line) - len(line.lstrip(BLANK))
            if not line.strip(BLANK):
                width = len(line)
            elif not line.startswith(place.indent):
                self._report_indent(start, start + max(width, 1))
            cuts += [(start, start + width), (start + max(width, len(line.rstrip("\r"))), end)]
            start = end + 1
        return cuts

    def _report(self, rule: str, message: str, start: int, end: int, help: str) -> None:
        self.found.append(error(rule, message, self.span.source.span(start, end), help=help))

    def _report_layout(self) -> None:
        opening = self.span.text[3:].lstrip(BLANK).startswith("\n")
        quotes = self.span.end - 3 if opening else self.span.start
        message = f"the {'closing' if opening else 'opening'} quotes share a line with the text"
        help = "give the quotes of a text of several lines a line to themselves; the closing ones set its indent"
        self._report("text-layout", message, quotes, quotes + 3, help)

    def _report_indent(self, start: int, end: int) -> None:
        if any(finding.rule == "text-indent" for finding in self.found):
            return
        source = self.span.source
        label = Label(span=source.span(self.span.end - 3, self.span.end), text="these quotes set the indent")
        message = "this line is indented less than the closing quotes"
        help = "indent the line as far as the quotes, with the same characters"
        self.found.append(error("text-indent", message, source.span(start, end), labels=(label,), help=help))


def hole_end(text: str, start: int, limit: int) -> int | None:
    """Return the offset behind the `}}` that closes a hole, past texts, comments and records."""
    at, depth = start, 0
    while match := _IN_HOLE.search(text, at, limit):
        at = match.end()
        if match[0] in {"{{", '"'}:
            break
        if match[0] == "}}" and depth == 0:
            return at
        depth += {"{": 1, "}": -1, "}}": -1}.get(match[0], 0)
        if match[0] == "}}":
            at -= 1
    naive = text.find("}}", start, limit)
    return None if naive < 0 else naive + 2


def _without(text: str, start: int, end: int, cuts: deque[tuple[int, int]]) -> str:
    """Return the text between two offsets less the cuts, which are used up on the way."""
    kept = []
    while cuts and start < end:
        low, high = cuts[0]
        if low >= end:
            break
        kept.append(text[start : max(start, low)])
        start = max(start, min(high, end))
        if high > end:
            break
        cuts.popleft()
    kept.append(text[start:end])
    return "".join(kept)


def _joined(parts: Iterator[str | syntax.Hole]) -> Iterator[str | syntax.Hole]:
    """Yield the parts with neighbouring stretches made one and empty ones left out."""
    literal = ""
    for part in parts:
        if isinstance(part, str):
            literal += part
            continue
        if literal:
            yield literal
        literal = ""
        yield part
    if literal:
        yield literal
