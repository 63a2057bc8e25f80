"""Another name for what is under the cursor, in every file that says it; refused with a reason where that can't be done."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from synthc.compiler.load import STD
from synthc.compiler.rules.steps import start
from synthc.compiler.session import Session
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Edit, Severity
from synthc.dsl.source import Span
from synthc.dsl.tokens import RESERVED, tokens
from synthc.lsp.mentions import Mention, Symbol, mention_at
from synthc.lsp.references import of_symbol
from synthc.lsp.view import View
from synthc.lsp.wire import Refused
from synthc.lsp.workspace import Workspace

MOST_TRIED = 20
"""Specs beyond these are not tried out: somebody waits."""
NAME = re.compile(r"[a-z][a-z0-9_]*")
_NOT: Mapping[str, str] = {
    "part": "a part is named by the split of its source, and what was trained before rests on it; change it there",
}


def prepare(view: View, offset: int) -> Span | None:
    """Return the name that would be replaced; None where there is none.

    Raises:
        Refused: it can't be renamed.
    """
    found = mention_at(view, offset)
    if found is None:
        return None
    _must_be_renamable(found.symbol, view)
    return found.span


def rename(view: View, offset: int, name: str, workspace: Workspace) -> dict[Path, list[Edit]]:
    """Return the edits of each file.

    Raises:
        Refused: it can't be renamed, or not so.
    """
    found = mention_at(view, offset)
    if found is None:
        raise Refused("there is no name here")
    _must_be_renamable(found.symbol, view)
    if not NAME.fullmatch(name) or name in RESERVED:
        raise Refused(f"`{name}` is a reserved word" if name in RESERVED else f"`{name}` is no name: names are in lower case with underscores")
    places = list(of_symbol(found.symbol, view, workspace))
    _must_be_free(name, found.symbol, places)
    _must_parse(found.symbol, places)
    edits: dict[Path, list[Edit]] = {}
    for mention, of in places:
        edits.setdefault(of.file(mention.span.source), []).append(_edit(mention, of, name))
    _must_stay_right(edits, {of.path: of for _, of in places}, workspace)
    return edits


def _must_stay_right(edits: dict[Path, list[Edit]], views: dict[Path, View], workspace: Workspace) -> None:
    """Refuse a name that would mean something else somewhere, such as a column; tried out on the edited texts."""
    texts = {path: document.text for path, document in workspace.documents.items()}
    texts |= {path: applied(changes) for path, changes in edits.items()}
    for path, view in list(views.items())[:MOST_TRIED]:
        session = Session(project=view.project)
        for file, text in texts.items():
            session.put(file, text)
        before = {(found.rule, found.message) for found in workspace.known(path).all() if found.severity is Severity.ERROR}
        after = [found for found in session.analyse(path).diagnostics if found.severity is Severity.ERROR]
        wrong = [found for found in after if (found.rule, found.message) not in before]
        if len(after) > len(before) and wrong:
            raise Refused(f"{wrong[0].span.place} would be wrong then: {wrong[0].message}")


def applied(edits: Sequence[Edit]) -> str:
    """Return the text that some edits of a file make."""
    text = edits[0].span.source.text
    for edit in sorted(edits, key=lambda edit: -edit.span.start):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


def _edit(mention: Mention, view: View, name: str) -> Edit:
    item = view.item_at(mention.span.start) if mention.symbol.what == "module" and mention.declares else None
    # `import std.phone` says the alias as the last part of the module's own name.
    bare = isinstance(item, syntax.Import) and item.file is None and item.alias.span.end == item.span.end and not _has_as(item)
    return Edit(span=mention.span, text=f"{mention.span.text} as {name}" if bare else name)


def _has_as(item: syntax.Import) -> bool:
    return any(token.text == "as" for token in tokens(item.span.source.text, item.span.start, item.span.end))


def _must_be_renamable(symbol: Symbol, view: View) -> None:
    if symbol.what == "column":
        _must_begin_and_end_here(symbol, view)
    if symbol.what in _NOT:
        raise Refused(_NOT[symbol.what])
    if symbol.what != "module" and symbol.file.is_relative_to(STD):
        raise Refused(f"`{symbol.name}` belongs to the standard library")


def _must_begin_and_end_here(symbol: Symbol, view: View) -> None:
    """Refuse a column that others know by its name: what makes these rows, or whoever reads them, be it in a published dataset."""
    item = view.scope.names.get(symbol.owner) if view.scope is not None else None
    thing = view.scope.program.thing(view.scope, item) if view.scope is not None and item is not None else None
    if view.scope is None or thing is None or not isinstance(item, syntax.Declaration) or not item.steps:
        raise Refused(f"`{symbol.name}` is read by its name wherever these rows are; change it there too")
    first = start(item, view.scope)
    if first is not None and symbol.name in first.columns:
        raise Refused(f"`{symbol.name}` comes in from `{first.name}`, which names it")
    if symbol.name in thing.columns:
        raise Refused(f"`{symbol.name}` is still there at the end of `{symbol.owner}`, where it is read by its name; a `select` that leaves it out would make it a name of these steps alone")


def _columns_of(symbol: Symbol, view: View) -> set[str]:
    """Return all columns that there are anywhere in some rows."""
    assert view.scope is not None
    thing = view.scope.program.thing(view.scope, view.scope.names[symbol.owner])
    return set().union(*(after.columns for after in thing.after)) if thing is not None else set()


def _must_be_free(name: str, symbol: Symbol, places: Sequence[tuple[Mention, View]]) -> None:
    """Refuse a name that means something already where the renamed one would stand."""
    if symbol.what == "column" and name in _columns_of(symbol, places[0][1]):
        raise Refused(f"`{name}` is a column of `{symbol.owner}` already")
    for _, view in places:
        for scope in view.program.scopes() if view.program is not None else ():
            here = view.file(scope.module.syntax.source) == symbol.file
            if symbol.what in {"declaration", "module"} and here and (name in scope.names or name in scope.module.aliases):
                raise Refused(f"`{name}` is declared already")
            item = scope.names.get(symbol.owner) if here and symbol.what == "slot" else None
            if isinstance(item, syntax.Prompt) and any(slot.name.name == name for slot in item.slots):
                raise Refused(f"`{symbol.owner}` has a slot `{name}` already")


def _must_parse(symbol: Symbol, places: Sequence[tuple[Mention, View]]) -> None:
    """Refuse while an item that doesn't parse says the name, for it would be left behind."""
    for view in {id(view): view for _, view in places}.values():
        parsed = {item.span.start for item in view.items}
        for cut in view.cuts:
            words = (token.text for token in tokens(view.source.text, cut.head, cut.end) if token.kind == "word")
            if cut.head not in parsed and symbol.name in words:
                line = view.source.position(cut.head).line
                raise Refused(f"the item in line {line} of {view.source.path} says `{symbol.name}` and doesn't parse; mend it first")
