"""What the items of a file are called, by their first words alone: quick, and right for items that don't parse too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from synthc.dsl.items import Cut, cut, doc
from synthc.dsl.source import Source, Span

VISIBILITIES = frozenset({"public", "private"})
_HEAD = re.compile(
    r"""(?:(?P<visibility>public|private)\s+(?=[A-Za-z_]\w*\s+\w))?
        (?P<kind>[A-Za-z_]\w*)\s+(?P<name>[A-Za-z_]\w*(?:\.\w+)*|"[^"\n]*")""",
    re.VERBOSE,
)
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
        match = _HEAD.match(source.text, place.head, place.end)
        if match is None:
            continue
        end = place.head + len(source.text[place.head : place.end].rstrip())
        yield Outlined(
            kind=match["kind"],
            name=match["name"].strip('"'),
            visibility=match["visibility"] or "",
            named=source.span(*match.span("name")),
            whole=source.span(place.head, max(end, match.end("name"))),
            cut=place,
        )
