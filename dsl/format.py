"""Rewrites the white space of a file in the one style there is; no other character changes."""

from __future__ import annotations

from synthc.dsl import syntax
from synthc.dsl.align import Line, align
from synthc.dsl.items import Cut, cut
from synthc.dsl.layout import INDENT, Layout, places, table
from synthc.dsl.parse import parse
from synthc.dsl.source import Source
from synthc.dsl.tokens import TOKEN, Token, tokens


def format_source(source: Source) -> str:
    """Return the text of a file in our style; an item that doesn't parse stays exactly as it was."""
    return format_module(parse(source)[0])


def format_module(module: syntax.Module) -> str:
    """Return the text of a file that was parsed in our style."""
    source = module.source
    cuts = cut(source)
    start = 1 if source.text.startswith("\ufeff") else 0
    lines, newlines = _comments(source, start, cuts[0].start if cuts else len(source.text), 0)
    for place, piece in zip(cuts, module.pieces, strict=True):
        if piece.item is None or piece.found:
            added, newlines = _as_it_was(source, place, newlines)
        else:
            added, newlines = _item(source, place, piece.item, newlines)
        lines += added
    align(lines)
    text = "".join(f"\n{line.shown()}\n" if line.blank and at else f"{line.shown()}\n" for at, line in enumerate(lines))
    # At the very start a byte-order mark is none of the text; one that stood further down stays where it is an error.
    return f"\n{text}" if text.startswith("\ufeff") and not start else text


def _comments(source: Source, start: int, end: int, newlines: int) -> tuple[list[Line], int]:
    """Return the lines of comments that belong to no item, and the line breaks behind them."""
    lines: list[Line] = []
    for token in tokens(source.text, start, end):
        if token.kind == "comment":
            indent = 0 if source.position(token.start).column == 1 or token.start == start else INDENT
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


def _item(source: Source, place: Cut, item: syntax.AnyItem, newlines: int) -> tuple[list[Line], int]:
    """Return the lines of an item with the comments above and behind it."""
    lines, _ = _comments(source, place.start, place.head, newlines)
    written, behind = _spaced(source.text, place)
    words = [token for token, _ in written if token.kind != "comment"]
    layout = Layout(source=source, places=places(item, words, source.text), table=table(item))
    layout.start(words[0], blank=newlines > 1 and not lines)
    following = iter(words[2:])
    for token, breaks in written[1:]:
        if token.kind == "comment":
            layout.comment(token, newlines=breaks, done=token.start > words[-1].start)
        else:
            layout.token(token, next(following, None), newlines=breaks)
    return lines + layout.lines, behind


def _spaced(text: str, place: Cut) -> tuple[list[tuple[Token, int]], int]:
    """Return the words, marks and comments of an item with the line breaks before each, and those behind the last."""
    written: list[tuple[Token, int]] = []
    newlines = 0
    for match in TOKEN.finditer(text, place.head, place.end):
        kind = match.lastgroup or "other"
        if kind == "newline":
            newlines += 1
        elif kind != "space":
            written.append((Token(kind, match.group(), match.start()), newlines))
            newlines = 0
    return written, newlines
