"""Which lines fold: items, blocks, texts of several lines, runs of comments and of imports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from synthc.dsl import syntax
from synthc.lsp.view import View


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """A stretch that can be folded away."""

    start: int
    end: int
    kind: str = ""


def folds(view: View) -> Iterator[Fold]:
    """Yield what folds in a file."""
    text = view.source.text
    for place in view.cuts:
        end = place.head + len(text[place.head : place.end].rstrip())
        yield Fold(start=place.head, end=end)
        if place.start < place.head:
            yield Fold(start=place.start, end=place.head - 1, kind="comment")
    for item in view.items:
        for one in syntax.walk(item):
            if isinstance(one, syntax.Settings | syntax.Template | syntax.ListOf) and one.span.start != item.span.start:
                yield Fold(start=one.span.start, end=one.span.end)
    imports = [item.span for item in view.items if isinstance(item, syntax.Import)]
    if len(imports) > 1:
        yield Fold(start=imports[0].start, end=imports[-1].end, kind="imports")
