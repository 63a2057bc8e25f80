"""What each word is, for its colour; in an item that doesn't parse, as far as a word alone says it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.items import Cut
from synthc.dsl.tokens import RESERVED, Token, tokens
from synthc.lsp.mentions import mentions
from synthc.lsp.outline import NAMELESS, VISIBILITIES
from synthc.lsp.positions import Lines
from synthc.lsp.signatures import known
from synthc.lsp.view import View

TYPES = ("namespace", "type", "enumMember", "parameter", "variable", "property", "function", "keyword", "comment", "string", "number")
MODIFIERS = ("declaration", "readonly", "defaultLibrary")
_OF_KIND = {"module": "namespace", "slot": "parameter", "column": "parameter", "part": "enumMember", "prompt": "function"}
_OF_TOKEN = {"comment": "comment", "text": "string", "number": "number", "open": "string"}


class Word(NamedTuple):
    """A stretch of one line and what it is."""

    start: int
    end: int
    type: str
    modifiers: tuple[str, ...] = ()


Known = Mapping[int, tuple[str, tuple[str, ...]]]


def semantic_tokens(view: View, start: int = 0, end: int | None = None) -> Iterator[Word]:
    """Yield the words of a file, or of the items in a stretch of it, in order."""
    limit = len(view.source.text) if end is None else end
    items = {item.span.start: item for item in view.items}
    at = 0
    for place in view.cuts:
        if place.end >= start and place.start <= limit:
            yield from _words(view, tokens(view.source.text, at if at < place.start and start <= at else place.start, place.head), {})
            yield from _item(view, place, items.get(place.head))
        at = place.end
    if not view.cuts:
        yield from _words(view, tokens(view.source.text, 0, limit), {})


def encoded(words: Iterator[Word], lines: Lines) -> list[int]:
    """Return words as the protocol numbers them: each by its distance from the one before."""
    data: list[int] = []
    line = character = 0
    for word in words:
        start, end = lines.position(word.start), lines.position(word.end)
        same = start["line"] == line
        data += [start["line"] - line, start["character"] - (character if same else 0), end["character"] - start["character"], TYPES.index(word.type), _bits(word)]
        line, character = start["line"], start["character"]
    return data


def _bits(word: Word) -> int:
    return sum(1 << MODIFIERS.index(one) for one in word.modifiers)


def _item(view: View, place: Cut, item: syntax.AnyItem | None) -> Iterator[Word]:
    known_here = dict(_known(item, view.scope, view)) if item is not None and view.scope is not None else {}
    holes = [one.span for one in syntax.walk(item) if isinstance(one, syntax.Hole)] if item is not None else []
    first = True
    for token in tokens(view.source.text, place.head, place.end):
        if token.kind == "template":
            inside = [span for span in holes if token.start < span.start < token.end]
            yield from _template(view, token, inside, known_here)
        elif first and token.kind == "word" and (token.text in NAMELESS or token.text in VISIBILITIES or item is None):
            yield Word(token.start, token.end, "keyword")
        else:
            yield from _words(view, iter([token]), known_here)
        first = first and token.trivial


def _template(view: View, token: Token, holes: list[syntax.Span], known_here: Known) -> Iterator[Word]:
    at = token.start
    for span in holes:
        yield from _lines(view, at, span.start)
        yield from _words(view, tokens(view.source.text, span.start + 2, span.end - 2), known_here)
        at = span.end
    yield from _lines(view, at, token.end)


def _lines(view: View, start: int, end: int) -> Iterator[Word]:
    """Yield a stretch of text line by line, for a word of the protocol never spans two."""
    for line in view.source.text[start:end].splitlines(keepends=True):
        content = line.rstrip()
        indent = len(line) - len(line.lstrip())
        if content.strip():
            yield Word(start + indent, start + len(content), "string")
        start += len(line)


def _words(view: View, written: Iterator[Token], known_here: Known) -> Iterator[Word]:
    for token in written:
        if token.kind == "comment":
            yield Word(token.start, token.start + len(token.text.rstrip()), "comment")
        elif token.kind in _OF_TOKEN:
            yield from _lines(view, token.start, token.end) if token.kind == "open" else [Word(token.start, token.end, _OF_TOKEN[token.kind])]
        elif token.kind == "word" and token.start in known_here:
            yield Word(token.start, token.end, *known_here[token.start])
        elif token.kind == "word" and token.text in RESERVED:
            yield Word(token.start, token.end, "keyword")


def _known(item: syntax.AnyItem, scope: Scope, view: View) -> Iterator[tuple[int, tuple[str, tuple[str, ...]]]]:
    """Yield what the words of an item are, by where they stand."""
    yield from _of_syntax(item)
    for one in mentions(scope, view.project, [item]):
        modifiers = ("declaration",) if one.declares else ()
        constant = ("readonly",) if one.kind in {"let", "param"} else ()
        yield one.span.start, (_OF_KIND.get(one.kind, "variable"), modifiers + constant)


def _of_syntax(item: syntax.AnyItem) -> Iterator[tuple[int, tuple[str, tuple[str, ...]]]]:
    if isinstance(item, syntax.Prompt):
        yield item.span.start, ("keyword", ())
    for one in syntax.walk(item):
        if isinstance(one, syntax.Declaration):
            yield one.kind.span.start, ("keyword", ())
        elif isinstance(one, syntax.Step):
            yield one.verb.span.start, ("keyword", ())
        elif isinstance(one, syntax.Setting | syntax.Cases):
            yield one.name.span.start, ("property", ())
            if isinstance(one, syntax.Setting) and isinstance(one.value, syntax.Name):
                yield one.value.span.start, ("enumMember", ())
        elif isinstance(one, syntax.Argument) and one.name is not None:
            yield one.name.span.start, ("property", ())
        elif isinstance(one, syntax.NamedType):
            yield one.span.start, ("type", ("defaultLibrary",))
        elif isinstance(one, syntax.Call):
            library = isinstance(one.function, syntax.Name) and known(one.function.name)
            name = one.function.name.span if isinstance(one.function, syntax.Field) else one.function.span
            yield name.start, ("function", ("defaultLibrary",) if library else ())
        elif isinstance(one, syntax.Field):
            yield one.name.span.start, ("property", ())
