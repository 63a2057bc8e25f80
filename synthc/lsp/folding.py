"""Which lines fold: items, blocks, texts of several lines, runs of comments and of imports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from synthc.dsl import syntax
from synthc.dsl.source import Span
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
        yield from (Fold(start=span.start, end=span.end) for span in _blocks(item))
    imports = [item.span for item in view.items if isinstance(item, syntax.Import)]
    if len(imports) > 1:
        yield Fold(start=imports[0].start, end=imports[-1].end, kind="imports")


def _blocks(item: syntax.AnyItem) -> Iterator[Span]:
    """Yield the blocks of an item and the values of settings, which may be texts and lists of several lines."""
    steps = item.steps if isinstance(item, syntax.Declaration) else ()
    own = item.settings if isinstance(item, syntax.Declaration | syntax.Prompt | syntax.Budget) else None
    for settings in (own, *(step.settings for step in steps)):
        if settings is not None:
            yield settings.span
            yield from (entry.value.span if isinstance(entry, syntax.Setting) else entry.span for entry in settings.entries)
