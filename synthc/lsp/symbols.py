"""The outline of a file, and names found in all files of the opened folders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from synthc.dsl import syntax
from synthc.dsl.source import Span
from synthc.lsp.index import Index
from synthc.lsp.outline import Outlined
from synthc.lsp.view import View

KINDS = {"prompt": 12, "param": 14, "let": 14, "import": 2, "source": 18, "filter": 18, "transform": 18, "generate": 18, "mix": 18, "test": 24, "budget": 24, "publish": 24, "step": 6, "slot": 13, "column": 8}
"""The protocol's numbers; whatever else is declared is shown as a class."""
CLASS = 5
MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbol:
    """One entry of an outline."""

    name: str
    kind: str
    detail: str
    whole: Span
    named: Span
    inside: tuple[Symbol, ...] = ()

    @property
    def number(self) -> int:
        """Its kind as the protocol numbers it."""
        return KINDS.get(self.kind, CLASS)


def document_symbols(view: View) -> Iterator[Symbol]:
    """Yield the items of a file with the steps, slots and columns in them."""
    items = {item.span.start: item for item in view.items}
    for one in view.outline:
        if one.kind == "synth":
            continue
        item = items.get(one.cut.head)
        named = f"{one.kind} {one.name}" if one.kind in {"test", "budget", "publish"} else one.name
        detail = f"{one.visibility} {one.kind}".strip() if named == one.name else ""
        yield Symbol(name=named, kind=one.kind, detail=detail, whole=one.whole, named=one.named, inside=tuple(_inside(item)))


def _inside(item: syntax.AnyItem | None) -> Iterator[Symbol]:
    if isinstance(item, syntax.Prompt):
        for slot in item.slots:
            yield Symbol(name=slot.name.name, kind="slot", detail=slot.type.span.text, whole=slot.span, named=slot.name.span)
    if not isinstance(item, syntax.Declaration):
        return
    entries = item.settings.entries if item.settings is not None and item.kind.name == "source" else ()
    for entry in entries:
        if isinstance(entry, syntax.Setting) and isinstance(entry.value, syntax.Path):
            yield Symbol(name=entry.name.name, kind="column", detail=entry.value.span.text, whole=entry.span, named=entry.name.span)
    for step in item.steps:
        text = " ".join(step.span.text.split())
        yield Symbol(name=text if len(text) <= 60 else f"{text[:57]}...", kind="step", detail="", whole=step.span, named=step.verb.span)


def workspace_symbols(index: Index, query: str) -> list[tuple[Path, Outlined]]:
    """Return the names that contain the letters of a query in order, the closest first."""
    found = [(path, one) for path, entry in index.entries.items() for one in entry.outline if one.declares and _matches(query, one.name)]
    return sorted(found, key=lambda pair: (_distance(query, pair[1].name), pair[1].name, pair[0]))[:MOST]


def _matches(query: str, name: str) -> bool:
    letters: Iterable[str] = iter(name.lower())
    return all(letter in letters for letter in query.lower() if not letter.isspace())


def _distance(query: str, name: str) -> tuple[int, int]:
    at = name.lower().find(query.lower())
    return (0 if at == 0 else 1 if at > 0 else 2, len(name))
