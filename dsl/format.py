"""Rewrites the white space of a file in the one style there is; no other character changes."""

from __future__ import annotations

from synthc.dsl.align import Line, align
from synthc.dsl.items import Cut, cut, indented
from synthc.dsl.layout import INDENT, Layout
from synthc.dsl.parse import parse_item
from synthc.dsl.recognise import Words, recognise
from synthc.dsl.source import Source
from synthc.dsl.tokens import tokens


def format_source(source: Source) -> str:
    """Return the text of a file in our style; an item that doesn't parse stays exactly as it was."""
    return formatted(source)[0]


def formatted(source: Source) -> tuple[str, bool]:
    """Return the text of a file in our style, and whether any item doesn't parse and so stays exactly as it was."""
    cuts, left = cut(source), False
    start = 1 if source.text.startswith("\ufeff") else 0
    lines, newlines = _comments(source, start, cuts[0].start if cuts else len(source.text), 0)
    for place in cuts:
        words = in_order(source, place)
        left |= words is None
        added, newlines = _item(source, place, words, newlines) if words else _as_it_was(source, place, newlines)
        lines += added
    align(lines)
    text = "".join([f"\n{line.shown()}\n" if line.blank and at else f"{line.shown()}\n" for at, line in enumerate(lines)])
    # At the very start a byte-order mark is none of the text; one that stood further down stays where it is an error.
    return (f"\n{text}" if text.startswith("\ufeff") and not start else text), left


def in_order(source: Source, place: Cut) -> Words | None:
    """Return the words of an item, unless there is anything to find in how it is written."""
    words = None if indented(source, place) else recognise(source, place.head, place.end)
    return None if words and words.doubtful and parse_item(source, place)[1] else words


def _comments(source: Source, start: int, end: int, newlines: int) -> tuple[list[Line], int]:
    """Return the lines of comments that belong to no item, and the line breaks behind them."""
    lines: list[Line] = []
    for token in tokens(source.text, start, end):
        if token.kind == "comment":
            indent = 0 if token.start == start or source.text[token.start - 1] == "\n" else INDENT
            lines.append(Line(indent=indent, text=token.text.rstrip(), blank=newlines > 1, comment=True))
            newlines = 0
        newlines += token.kind == "newline"
    return lines, newlines


def _as_it_was(source: Source, place: Cut, newlines: int) -> tuple[list[Line], int]:
    """Return an item untouched but for the empty lines behind it."""
    text = source.text[place.start : place.end]
    last = len(text.rstrip(" \t\r\f\n"))
    end = text.find("\n", last)
    kept = text if end < 0 else text[:end]
    return [Line(indent=0, text=kept, blank=newlines > 1)], text[len(kept) :].count("\n")


def _item(source: Source, place: Cut, words: Words, newlines: int) -> tuple[list[Line], int]:
    """Return the lines of an item with the comments above and behind it."""
    lines = _comments(source, place.start, place.head, newlines)[0] if place.start < place.head else []
    layout = Layout(source=source, words=words)
    behind = layout.lay(blank=newlines > 1 and not lines)
    return lines + layout.lines, behind
