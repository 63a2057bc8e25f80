"""Cuts a file into its top-level items, so that one mistake spoils one item and no more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from synthc.dsl.source import Source, Span

# A letter of any alphabet begins an item: a name spelled wrong is then that item's mistake alone.
_HEAD = re.compile(r"(?:^|(?<=\A\ufeff))(?:#.*\n)*+(?=(?P<word>[^\W\d])?)", re.MULTILINE)
_BLANK = re.compile(r"(?:[\s\ufeff]|#[^\n]*)*+")
_OPAQUE = re.compile(r'"""(?:[^"]|"[^"]|""[^"])*"""|"(?!"")(?:[^"\\\n]|\\[^\n])*"|"(?:[^"\\\n]|\\[^\n])*+|(?P<comment>#[^\n]*)')
_DIRECTIVE = re.compile(r"#\s*synth:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Where one item stands: `start` with the comments right above it, `head` its first word, `end` the next `start`."""

    start: int
    head: int
    end: int


def cut(source: Source) -> tuple[Cut, ...]:
    """Return the items' places in order; text before the first item is a cut of its own when there is any."""
    starts: dict[int, int] = {}
    for match in _HEAD.finditer(source.text):
        if match["word"]:
            starts.setdefault(match.end(), match.start())
    ends = [*list(starts.values())[1:], len(source.text)]
    cuts = [Cut(start=start, head=head, end=end) for (head, start), end in zip(starts.items(), ends, strict=False)]
    stray = _stray(source.text, cuts[0].start if cuts else len(source.text))
    return (stray, *cuts) if stray else tuple(cuts)


def _stray(text: str, end: int) -> Cut | None:
    """Return the text before the first item, if it is more than comments."""
    match = _BLANK.match(text, 0, end)
    head = match.end() if match else 0
    return Cut(start=text.rfind("\n", 0, head) + 1, head=head, end=end) if head < end else None


def indented(source: Source, place: Cut) -> bool:
    """Say whether something stands before an item's first word on its line."""
    text, head = source.text, place.head
    return head > 0 and text[head - 1] != "\n" and not (head == 1 and text[0] == "\ufeff")


def comments(source: Source, *edges: int) -> Iterator[Span]:
    """Yield the places of all comments between offsets, none of which lies in a text; what looks like one inside a text isn't."""
    for start, end in pairwise(edges):
        for match in _OPAQUE.finditer(source.text, start, end):
            if match["comment"]:
                yield source.span(match.start(), match.start() + len(match["comment"].rstrip()))


def doc(source: Source, place: Cut) -> str | None:
    """Return the comments right above an item, without their marks and without what is said to synthc."""
    lines = source.text[place.start : place.head].split("\n")[:-1]
    said = [line[1:].removeprefix(" ").rstrip() for line in lines if not _DIRECTIVE.match(line)]
    return "\n".join(said) if said else None
