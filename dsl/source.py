"""A source file and places in it."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

from synthc.dsl.piece import piece

_NEWLINE = re.compile("\n")


class Position(NamedTuple):
    """A place for people: line and column count from 1, columns in code points."""

    line: int
    column: int


class Source:
    """The text of one file, with the path it is shown under.

    A stretch of it is a source too, with the same text, whose spans count from `base`. When the text before it
    changes it moves, and all its spans with it: so what was made of an item outlives changes of other items.
    """

    __slots__ = ("_starts", "base", "path", "text")

    def __init__(self, *, path: str, text: str, base: int = 0) -> None:
        """Take the path and the text."""
        self.path = path
        self.text = text
        self.base = base
        self._starts: list[int] = []

    def stretch(self, base: int) -> Source:
        """Return a source of the same text whose spans move with it."""
        found = Source(path=self.path, text=self.text, base=base)
        found._starts = self._starts
        return found

    def move(self, to: Source, base: int) -> None:
        """Let a stretch begin at another place, of a newer text."""
        self.path, self.text, self._starts, self.base = to.path, to.text, to._starts, base

    def position(self, offset: int) -> Position:
        """Return the line and column of a code point offset."""
        starts = self._lines()
        line = bisect_right(starts, offset)
        return Position(line, offset - starts[line - 1] + 1)

    def offset(self, position: Position) -> int:
        """Return the code point offset of a line and column, the nearest that there is."""
        starts = self._lines()
        line = min(max(position.line, 1), len(starts))
        end = starts[line] - 1 if line < len(starts) else len(self.text)
        return min(starts[line - 1] + max(position.column, 1) - 1, end)

    def line(self, number: int) -> str:
        """Return the text of a line, counted from 1, without its end."""
        starts = self._lines()
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")

    def span(self, start: int, end: int) -> Span:
        """Return the span between two offsets."""
        return Span(source=self, low=start - self.base, high=end - self.base)

    def _lines(self) -> list[int]:
        """Return where the lines begin, worked out when first asked and shared with all stretches."""
        if not self._starts:
            self._starts += [0, *(match.end() for match in _NEWLINE.finditer(self.text))]
        return self._starts


@piece
class Span:
    """A stretch of one source: start inclusive, end exclusive, in code points."""

    source: Source
    low: int
    high: int

    @property
    def start(self) -> int:
        """The offset of its first character."""
        return self.source.base + self.low

    @property
    def end(self) -> int:
        """The offset behind its last character."""
        return self.source.base + self.high

    @property
    def text(self) -> str:
        """The characters it covers."""
        return self.source.text[self.start : self.end]

    @property
    def place(self) -> str:
        """`path:line:column`, as editors and terminals open it."""
        line, column = self.source.position(self.start)
        return f"{self.source.path}:{line}:{column}"

    def to(self, other: Span) -> Span:
        """Return the span from here to the end of another one."""
        return self.source.span(self.start, max(self.end, other.end))

    def __repr__(self) -> str:
        """Return its place and its words."""
        return f"Span({self.place} {self.text!r})"

    def __eq__(self, other: object) -> bool:
        """Whether two spans cover the same place, be they made from the file or from a stretch of it."""
        return isinstance(other, Span) and self._key == other._key

    def __hash__(self) -> int:
        """Agree with equality."""
        return hash(self._key)

    @property
    def _key(self) -> tuple[str, int, int]:
        return self.source.path, self.start, self.end
