"""What each word is, for its colour; in an item that doesn't parse, as far as a word alone says it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
_OF_TOKEN = {"comment": "comment", "text": "string", "number": "number"}


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
            before = at if start <= at < place.start else place.start
            yield from _words(view.source.text, tokens(view.source.text, before, place.head), {})
            item = items.get(place.head)
            yield from _kept(view, place, item) if item is not None and view.scope is not None else _broken(view, place)
        at = place.end
    if not view.cuts:
        yield from _words(view.source.text, tokens(view.source.text, 0, limit), {})


def encoded(words: Iterable[Word], lines: Lines) -> list[int]:
    """Return words as the protocol numbers them: each by its distance from the one before."""
    data: list[int] = []
    line = character = at = 0
    starts, last = lines.starts, len(lines.starts) - 1
    for word in words:
        while at < last and starts[at + 1] <= word.start:
            at += 1
        begin, size = lines.units(at, word.start), lines.length(at, word.start, word.end)
        data += [at - line, begin - (character if at == line else 0), size, TYPES.index(word.type), _bits(word)]
        line, character = at, begin
    return data


def _bits(word: Word) -> int:
    return sum(1 << MODIFIERS.index(one) for one in word.modifiers)


def _kept(view: View, place: Cut, item: syntax.AnyItem) -> Iterator[Word]:
    """Yield the words of an item, worked out once while what it names stays the same, wherever it moves."""
    scope = view.scope
    assert scope is not None
    base = place.head
    text = view.source.text[base : place.end]
    relative: tuple[Word, ...] = scope.program.once("words", item, scope, lambda: tuple(_item(text, item, dict(_known(item, scope, view)))))
    return (Word(base + word.start, base + word.end, word.type, word.modifiers) for word in relative)


def _item(text: str, item: syntax.AnyItem, known_here: Known) -> Iterator[Word]:
    """Yield the words of an item by the distance from its first."""
    base = item.span.start
    holes = [(one.span.start - base, one.span.end - base) for one in syntax.walk(item) if isinstance(one, syntax.Hole)]
    for token in tokens(text, 0, len(text)):
        if token.kind == "template":
            yield from _template(text, token, [hole for hole in holes if token.start < hole[0] < token.end], known_here)
        elif token.start == 0 and (token.text in NAMELESS or token.text in VISIBILITIES):
            yield Word(token.start, token.end, "keyword")
        else:
            yield from _words(text, iter([token]), known_here)


def _broken(view: View, place: Cut) -> Iterator[Word]:
    """Yield what the words of an item that doesn't parse are by themselves."""
    for token in tokens(view.source.text, place.head, place.end):
        if token.start == place.head and token.kind == "word":
            yield Word(token.start, token.end, "keyword")
        elif token.kind == "template":
            yield from _lines(view.source.text, token.start, token.end)
        else:
            yield from _words(view.source.text, iter([token]), {})


def _template(text: str, token: Token, holes: Sequence[tuple[int, int]], known_here: Known) -> Iterator[Word]:
    at = token.start
    for start, end in holes:
        yield from _lines(text, at, start)
        yield from _words(text, tokens(text, start + 2, end - 2), known_here)
        at = end
    yield from _lines(text, at, token.end)


def _lines(text: str, start: int, end: int) -> Iterator[Word]:
    """Yield a stretch of text line by line, for a word of the protocol never spans two."""
    for line in text[start:end].splitlines(keepends=True):
        indent = len(line) - len(line.lstrip())
        if line.strip():
            yield Word(start + indent, start + len(line.rstrip()), "string")
        start += len(line)


def _words(text: str, written: Iterable[Token], known_here: Known) -> Iterator[Word]:
    for token in written:
        if token.kind == "comment":
            yield Word(token.start, token.start + len(token.text.rstrip()), "comment")
        elif token.kind == "open":
            yield from _lines(text, token.start, token.end)
        elif token.kind in _OF_TOKEN:
            yield Word(token.start, token.end, _OF_TOKEN[token.kind])
        elif token.kind == "word" and token.start in known_here:
            yield Word(token.start, token.end, *known_here[token.start])
        elif token.kind == "word" and token.text in RESERVED:
            yield Word(token.start, token.end, "keyword")


def _known(item: syntax.AnyItem, scope: Scope, view: View) -> Iterator[tuple[int, tuple[str, tuple[str, ...]]]]:
    """Yield what the words of an item are, by the distance from its first."""
    base = item.span.start
    first: dict[int, tuple[str, tuple[str, ...]]] = {}
    for start, meaning in _of_syntax(item):
        first.setdefault(start - base, meaning)
    yield from first.items()
    for one in mentions(scope, view.project, [item]):
        modifiers = (*(("declaration",) if one.declares else ()), *(("readonly",) if one.kind in {"let", "param"} else ()))
        yield one.span.start - base, (_OF_KIND.get(one.kind, "variable"), modifiers)


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
