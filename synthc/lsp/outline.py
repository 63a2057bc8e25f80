"""What the items of a file are called, by their first words alone: quick, and right for items that don't parse too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from synthc.dsl.items import Cut, cut, doc
from synthc.dsl.source import Source, Span
from synthc.dsl.tokens import Token, tokens

VISIBILITIES = frozenset({"public", "private"})
NAMELESS = frozenset({"synth", "import", "test", "budget", "publish"})
"""First words of items that declare nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlined:
    """One item: the word it begins with and, where it declares something, the name."""

    kind: str
    name: str
    visibility: str
    named: Span
    whole: Span
    cut: Cut

    @property
    def declares(self) -> bool:
        """Whether its name is declared here."""
        return self.kind not in NAMELESS

    def doc(self) -> str | None:
        """Return the comments right above it."""
        return doc(self.whole.source, self.cut)


def outline(source: Source, cuts: tuple[Cut, ...] | None = None) -> Iterator[Outlined]:
    """Yield the items of a file that have a name."""
    for place in cut(source) if cuts is None else cuts:
        words = _first_words(source, place)
        visibility = words.pop(0).text if words and words[0].text in VISIBILITIES and len(words) > 1 else ""
        if len(words) < 2 or words[0].kind != "word":
            continue
        kind, named = words[0], words[1]
        end = place.head + len(source.text[place.head : place.end].rstrip())
        yield Outlined(
            kind=kind.text,
            name=named.text.strip('"'),
            visibility=visibility,
            named=source.span(named.start, named.end),
            whole=source.span(place.head, max(end, named.end)),
            cut=place,
        )


def _first_words(source: Source, place: Cut) -> list[Token]:
    words: list[Token] = []
    for token in tokens(source.text, place.head, place.end):
        if token.trivial:
            continue
        dotted = words and token.kind in {"word", "mark"} and (token.text == "." or source.text[token.start - 1] == ".")
        if dotted and len(words) > 1:
            words[-1] = Token("word", words[-1].text + token.text, words[-1].start)
        elif token.kind in {"word", "text"} and len(words) < 3:
            words.append(token)
        else:
            break
    return words
