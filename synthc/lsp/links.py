"""What in a file leads out of it: imports, files of sources, datasets of the Hub."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from synthc.dsl import syntax
from synthc.dsl.source import Span
from synthc.lsp.index import target
from synthc.lsp.uris import to_uri
from synthc.lsp.view import View

HUB = "https://huggingface.co/"
GLOB = frozenset("*?[")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A place that leads somewhere."""

    span: Span
    target: str
    tooltip: str


def links(view: View) -> Iterator[Link]:
    """Yield the links of a file."""
    for item in view.items:
        if isinstance(item, syntax.Import):
            yield from _import(view, item)
        elif isinstance(item, syntax.Declaration | syntax.Publish):
            for call in (one for one in syntax.walk(item) if isinstance(one, syntax.Call)):
                yield from _call(view, call, published=isinstance(item, syntax.Publish))


def file_of(view: View, item: syntax.Import) -> Path | None:
    """Return the file that an import names, if it is there."""
    path = target(item, view.path.parent)
    loaded = view.scope is not None and item.alias.name in view.scope.module.imports
    return path if loaded or path.is_file() else None


def _import(view: View, item: syntax.Import) -> Iterator[Link]:
    path = file_of(view, item)
    if path is not None:
        span = item.file.span if item.file is not None else item.alias.span
        yield Link(span=span, target=to_uri(path), tooltip="open this module")


def _call(view: View, call: syntax.Call, *, published: bool) -> Iterator[Link]:
    name = call.function.span.text
    if name == "hub" and call.arguments and isinstance(call.arguments[0].value, syntax.Text):
        text = call.arguments[0].value
        kind = "" if published and text.value.count("/") != 1 else "datasets/"
        yield Link(span=text.span, target=f"{HUB}{kind}{text.value}", tooltip="open this repository of the Hub")
    elif name == "files":
        for argument in call.arguments:
            for text in (one for one in syntax.walk(argument.value) if isinstance(one, syntax.Text)):
                path = view.path.parent / text.value
                if not GLOB & set(text.value) and path.is_file():
                    yield Link(span=text.span, target=to_uri(path.resolve()), tooltip="open this file")
