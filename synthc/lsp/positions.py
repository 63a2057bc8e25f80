"""The one place where positions are converted: editors count lines from 0 and units of an encoding, spans count code points."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from synthc.lsp.wire import Json

Encoding = Literal["utf-8", "utf-16", "utf-32"]
ENCODINGS: tuple[Encoding, ...] = ("utf-32", "utf-16", "utf-8")
"""What we can count in; the first is what spans count in."""

_END = re.compile(r"\r\n|\n|\r")
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    r"""The lines of a text as the protocol cuts them: at `\n`, `\r\n` and a lone `\r`.

    `hidden` code points at the start are not counted: editors take the byte order mark off a file they open.
    """

    text: str
    encoding: Encoding
    hidden: int
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    narrow: bool

    def offset(self, position: Json) -> int:
        """Return the code point offset of a position; one outside of the text is brought inside."""
        line, character = int(position["line"]), int(position["character"])
        if line >= len(self.starts):
            return len(self.text)
        start, end = self.starts[max(line, 0)], self.ends[max(line, 0)]
        return start + _code_points(self.text[start:end], max(character, 0), self.encoding)

    def position(self, offset: int) -> Json:
        """Return the position of a code point offset."""
        line = max(bisect_right(self.starts, offset) - 1, 0)
        start = self.starts[line]
        return {"line": line, "character": self.length(line, start, max(start, min(offset, self.ends[line])))}

    def units(self, line: int, offset: int) -> int:
        """Return the character of an offset in a line."""
        return self.length(line, self.starts[line], offset)

    def length(self, line: int, start: int, end: int) -> int:
        """Return how long a stretch of a line is."""
        return end - start if self.narrow else _units(self.text[start : min(end, self.ends[line])], self.encoding)

    def range(self, start: int, end: int) -> Json:
        """Return the range between two offsets."""
        return {"start": self.position(start), "end": self.position(end)}

    def offsets(self, range_: Json) -> tuple[int, int]:
        """Return the offsets of a range's ends, in order."""
        start, end = self.offset(range_["start"]), self.offset(range_["end"])
        return min(start, end), max(start, end)


@lru_cache(maxsize=64)
def lines(text: str, encoding: Encoding = "utf-16", *, from_disk: bool = False) -> Lines:
    """Return the lines of a text; one `from_disk` is shown without its byte order mark."""
    hidden = 1 if from_disk and text.startswith(_BOM) else 0
    breaks = [match.span() for match in _END.finditer(text)]
    starts = (hidden, *(end for _, end in breaks))
    ends = (*(start for start, _ in breaks), len(text))
    return Lines(text=text, encoding=encoding, hidden=hidden, starts=starts, ends=ends, narrow=encoding == "utf-32" or text.isascii())


def _width(char: str, encoding: Encoding) -> int:
    code = ord(char)
    if encoding == "utf-16":
        return 2 if code > 0xFFFF else 1
    return 1 + (code > 0x7F) + (code > 0x7FF) + (code > 0xFFFF)


def _units(text: str, encoding: Encoding) -> int:
    if encoding == "utf-32" or text.isascii():
        return len(text)
    return sum(_width(char, encoding) for char in text)


def _code_points(line: str, units: int, encoding: Encoding) -> int:
    """Return how many code points so many units are; one in the middle of a character is brought before it."""
    if encoding == "utf-32" or line.isascii():
        return min(units, len(line))
    passed = 0
    for at, char in enumerate(line):
        passed += _width(char, encoding)
        if passed > units:
            return at
    return len(line)
