"""The words and marks of a stretch of text, lossless and never failing: joined, they are the text again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

RESERVED = frozenset(["and", "or", "not", "in", "on", "over", "to", "by", "as", "vs", "else", "from", "using", "true", "false", "none"])
"""Words that are never names."""

CLOSERS = {"(": ")", "[": "]", "{": "}"}
"""What each bracket is closed by."""

# The spellings of synth.lark, and besides them whatever else may stand in a file; a test holds the two together.
# A text that is never closed takes the rest of its line along: looked for again at each quote, the time would be quadratic.
_WORDS = r'''(?P<word>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<mark>->|\.\.|==|!=|<=|>=|[-+*/<>=|.,:()\[\]{}])
      | (?P<number>[0-9]+(?:\.[0-9]+)?(?:%|(?:[eE][+-]?[0-9]+)?[A-Za-z0-9_]*))
      | (?P<template>"""(?:[^"]|"[^"]|""[^"])*""")
      | (?P<text>"(?!"")(?:[^"\\\n]|\\[^\n])*")
      | (?P<open>"""|"(?:[^"\\\n]|\\[^\n])*+)
      | (?P<other>[^\W\d]\w*|.)'''

TOKEN = re.compile(rf"(?P<space>[ \t\r\f]+) | (?P<newline>\n) | (?P<comment>\#[^\n]*) | {_WORDS}", re.VERBOSE | re.DOTALL)

LEAF = re.compile(rf"(?: [ \t\r\f\n]+ | \#[^\n]* )*+ (?: {_WORDS} | (?P<end>\Z) )", re.VERBOSE | re.DOTALL)
"""A word, mark, number or text with the trivia before it, or the end."""

TRIVIA = frozenset({"space", "newline", "comment"})


class Token(NamedTuple):
    """One word, mark, text, comment or stretch of white space."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """The offset just behind it."""
        return self.start + len(self.text)

    @property
    def trivial(self) -> bool:
        """Whether the meaning of a program doesn't depend on it."""
        return self.kind in TRIVIA

    @property
    def ends_value(self) -> bool:
        """Whether an operator may follow, so that `-` subtracts and `.` takes a field."""
        if self.kind == "word":
            return self.text not in RESERVED or self.text in {"true", "false", "none"}
        return self.kind in {"number", "text", "template"} or self.text in {")", "]", "}"}


def tokens(text: str, start: int, end: int) -> Iterator[Token]:
    """Yield all tokens between two offsets, white space and comments included."""
    for match in TOKEN.finditer(text, start, end):
        yield Token(match.lastgroup or "other", match.group(), match.start())
