"""What the words around a cursor say of it."""

from __future__ import annotations

from synthc.dsl.source import Source
from synthc.dsl.tokens import CLOSERS, tokens
from synthc.lsp.context import Place


def is_type(place: Place) -> bool:
    """Whether a type is being written."""
    inner, words = place.inner, place.inner.words
    if place.kind == "prompt" and len(place.frames) == 1 and "->" in words:
        return words[-1] == "->"
    if inner.role == "type" and inner.opener == "(":
        return True
    if not words or words[-1] != ":" or "=" in words:
        return False
    return inner.role in {"type", "settings"} or place.kind == "prompt" or len(place.frames) == 1


def entries(source: Source, place: Place) -> frozenset[str]:
    """Return the names that are set in the block around a cursor, before it and behind it."""
    end = place.cut.end if place.cut is not None else len(source.text)
    depth, last, found = 0, "", set[str]()
    for token in tokens(source.text, place.inner.at, end):
        if token.trivial:
            continue
        if token.kind == "mark" and token.text in CLOSERS:
            depth += 1
        elif token.kind == "mark" and token.text in CLOSERS.values():
            depth -= 1
            if depth == 0:
                break
        elif depth == 1 and token.text in {"=", ":"}:
            found.add(last)
        last = token.text
    return frozenset(found)
