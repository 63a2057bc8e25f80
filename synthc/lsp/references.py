"""All places where the name under the cursor is said, in every file that can say it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from synthc.lsp.mentions import Mention, Symbol, mention_at, mentions
from synthc.lsp.view import View
from synthc.lsp.workspace import Workspace


def references(view: View, offset: int, workspace: Workspace) -> tuple[Symbol, list[tuple[Mention, View]]] | None:
    """Return the name at a place, and where it is said."""
    here = mention_at(view, offset)
    return None if here is None else (here.symbol, list(of_symbol(here.symbol, view, workspace)))


def of_symbol(symbol: Symbol, view: View, workspace: Workspace) -> Iterator[tuple[Mention, View]]:
    """Yield each place where something is mentioned, once, with a view that knows it."""
    seen: set[tuple[Path, int]] = set()
    for one in _readers(symbol, view, workspace):
        for scope in one.program.scopes() if one.program is not None else ():
            file = one.file(scope.module.syntax.source)
            # Columns and modules are known in their own file alone.
            if symbol.what in {"column", "module"} and file != symbol.file:
                continue
            for mention in mentions(scope, one.project):
                key = (file, mention.span.start)
                if mention.symbol == symbol and key not in seen:
                    seen.add(key)
                    yield mention, one


def highlights(view: View, offset: int) -> list[Mention]:
    """Return the places of this file where the name under the cursor is said."""
    here = mention_at(view, offset)
    if here is None or view.scope is None:
        return []
    return [one for one in mentions(view.scope, view.project) if one.symbol == here.symbol]


def _readers(symbol: Symbol, view: View, workspace: Workspace) -> Iterator[View]:
    """Yield the views in which a symbol may be mentioned: its own file's and those of what imports it."""
    yield view
    if symbol.what in {"column", "module"}:
        return
    workspace.index.read_all()
    for path in [symbol.file, *workspace.index.importers(symbol.file)]:
        if path != view.path and workspace.text(path) is not None:
            yield workspace.view(path)
