"""Lays out one item: where its lines break, how far they are indented, and the space between words.

Only white space is decided here. What the words mean is what the grammar made of them, never guessed again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from synthc.dsl import template
from synthc.dsl.align import Line
from synthc.dsl.recognise import Words
from synthc.dsl.source import Source
from synthc.dsl.tokens import CLOSERS

INDENT = 2
CONTINUED = 4
OPERATORS = frozenset({"+", "-", "*", "/", "==", "!=", "<", "<=", ">", ">=", "|", "and", "or", "in", "not", "vs", "else"})
VALUES = frozenset({"word", "number", "text", "template", "true", "false", "none", ")", "]", "}"})
"""What an operator may follow, so that `-` subtracts and `.` takes a field."""

COMMENT = re.compile(r"#[^\n]*")


@dataclass(slots=True, kw_only=True)
class _Frame:
    """An open bracket, or the item itself: how its lines are indented, and the line its current entry began on."""

    bracket: str
    indent: int
    broken: bool
    table: object = None
    entry: Line | None = None
    cells: int = 0


@dataclass(slots=True, kw_only=True)
class Layout:
    """Takes the words of an item one by one, with the comments between them.

    `_last` is the key of the word before: `verb` and `clause` for those that only look like a name or an operator, `unary` for a minus
    before its number, and empty where an entry begins.
    """

    source: Source
    words: Words
    lines: list[Line] = field(default_factory=list)
    _frames: list[_Frame] = field(default_factory=list)
    _last: str = ""
    _commented: bool = False
    _in_step: bool = False

    def lay(self, *, blank: bool) -> int:
        """Make the lines of the item; return the line breaks behind its last word or comment."""
        words, frames = self.words, self._frames
        frames.append(_Frame(bracket="", indent=0, broken=False, table=words.table, cells=2))
        frames[0].entry = self._begin(0, blank=blank)
        self._write(0, words.keys[0], words.said[0])
        for at in range(1, len(words.keys)):
            key, frame, newlines = words.keys[at], frames[-1], words.gaps[at].count("\n")
            if "#" in words.gaps[at]:
                newlines = self._comments(words.gaps[at], words.starts[at] - len(words.gaps[at]), done=False)
            piped = key == "|" and at + 1 in words.verbs
            entry = frame.broken and at in words.entries
            closes = key == CLOSERS.get(frame.bracket)
            if piped or entry or (closes and frame.broken) or self._commented or (newlines and self._may_break(at, key)):
                self._new_line(piped=piped, entry=entry, closes=closes, blank=newlines > 1)
            else:
                self.lines[-1].text += space(self._last, key)
            if closes:
                frames.pop()
            self._commented = False
            self._write(at, key, words.said[at])
        behind = words.gaps[-1]
        return self._comments(behind, words.starts[-1] + len(words.said[-1]), done=True) if "#" in behind else behind.count("\n")

    def _comments(self, gap: str, start: int, *, done: bool) -> int:
        """Put comments behind the line or on lines of their own; `done` says that the item's last word is out."""
        at = 0
        for match in COMMENT.finditer(gap):
            newlines = gap.count("\n", at, match.start())
            at = match.end()
            if not newlines:
                self.lines[-1].text += "  " + match[0].rstrip()
                self._commented = True
                continue
            indent = self._frames[-1].indent + INDENT if len(self._frames) > 1 else INDENT
            blank = newlines > 1 and (self._commented or self._last not in CLOSERS)
            line = self._begin(0 if done and self.source.text[start + match.start() - 1] == "\n" else indent, blank=blank)
            line.text, line.comment, self._commented = match[0].rstrip(), True, True
        return gap.count("\n", at)

    def _may_break(self, at: int, key: str) -> bool:
        """Say whether the author's line break before a word is kept."""
        last = self._last
        if not last or at in self.words.verbs:
            return False
        if self._frames[-1].bracket in {"(", "["} and (last in {"(", "[", ","} or key in {")", "]"}):
            return True
        if at in self.words.clauses or key == "{":
            return False
        return key in OPERATORS or last in OPERATORS or last == "unary"

    def _new_line(self, *, piped: bool, entry: bool, closes: bool, blank: bool) -> None:
        frame, last = self._frames[-1], self._last
        fresh = entry or (bool(frame.bracket) and not closes and (last in CLOSERS or last == ","))
        indent = frame.indent
        if piped:
            indent, self._in_step = INDENT, True
        elif not closes:
            indent += INDENT if frame.bracket else 0
            indent += 0 if fresh else CONTINUED
            indent += INDENT if self._in_step and not frame.bracket else 0
        line = self._begin(indent, blank=blank and fresh and (self._commented or last not in CLOSERS))
        for outer in self._frames[:-1] if entry or closes else self._frames:
            self._spoil(outer)
        if entry:
            frame.entry, frame.cells = line, 1
            self._last = ""

    @staticmethod
    def _spoil(frame: _Frame) -> None:
        """Take an entry that goes on over a new line out of its table."""
        if frame.entry:
            frame.entry.cells.clear()
        frame.cells = 0

    def _begin(self, indent: int, *, blank: bool) -> Line:
        line = Line(indent=indent, blank=blank)
        self.lines.append(line)
        return line

    def _write(self, at: int, key: str, said: str) -> None:
        line, frame = self.lines[-1], self._frames[-1]
        if frame.cells and frame.entry is line and _is_cell(key, frame):
            line.table = frame.table
            line.cells.append(len(line.text))
            frame.cells -= 1
        line.text += self._reindented(at, line.indent + INDENT) if key == "template" else said
        if key in CLOSERS:
            self._frames.append(_Frame(bracket=key, indent=line.indent, broken=at in self.words.broken, table=at))
        elif key == "word":
            key = "verb" if at in self.words.verbs else key
        elif key == "-":
            key = key if self._last in VALUES else "unary"
        elif at in self.words.clauses:
            key = "clause"
        self._last = key

    def _reindented(self, at: int, indent: int) -> str:
        """Return a text with its lines moved to an indent; its value stays what it was."""
        said, start = self.words.said[at], self.words.starts[at]
        place = template.layout(self.source.span(start, start + len(said)))
        if "\n" not in said or place is None:
            return said
        lines = self.source.text[place.start : place.end].split("\n") if place.start < place.end else []
        moved = [line[len(place.indent) :].rstrip("\r") if line.strip(template.BLANK) else "" for line in lines]
        margin = " " * indent
        return "\n".join(['"""', *(margin + line if line else "" for line in moved if moved != [""]), margin + '"""'])


def _is_cell(key: str, frame: _Frame) -> bool:
    if frame.bracket:
        return key in {"=", "->"}
    return frame.table is not None and key in {"=", "{"}


@cache
def space(last: str, key: str) -> str:
    """Return what stands between two words on the same line, by their keys."""
    if last in {"", "(", "[", ".", "..", "unary"} or key in {",", ":", ")", "]", ".."}:
        return ""
    if key == "(":
        return "" if last in {"word", "by", "true", "false", "none"} else " "
    if key == ".":
        return "" if last in VALUES else " "
    return "" if (last, key) == ("{", "}") else " "
