"""Where a name is declared; a column where it was made, a part where the split names it, an import its file."""

from __future__ import annotations

from dataclasses import replace

from synthc.compiler.scope import Declared, Scope
from synthc.dsl import syntax
from synthc.dsl.source import Source, Span
from synthc.lsp import names
from synthc.lsp.context import place_at
from synthc.lsp.links import file_of
from synthc.lsp.mentions import Mention, mention_at
from synthc.lsp.view import View, place_of


def definition(view: View, offset: int) -> Span | None:
    """Return where the name at a place is declared."""
    item = view.item_at(offset)
    if isinstance(item, syntax.Import):
        return _file(view, item)
    found = mention_at(view, offset)
    if found is not None:
        return declaration(view, found)
    pair = _guessed(view, offset)
    return pair[1].name.span if pair is not None else None


def declaration(view: View, found: Mention) -> Span | None:
    """Return the place that declares what is mentioned."""
    symbol = found.symbol
    if found.declares:
        return found.span
    if view.scope is None or view.program is None:
        return None
    if symbol.what == "module":
        imported = view.scope.module.aliases.get(symbol.name)
        return imported.alias.span if imported is not None else None
    scope = next((one for one in view.program.scopes() if place_of(one.module.path, view.project) == symbol.file), None)
    item = scope.names.get(symbol.owner or symbol.name) if scope is not None else None
    if scope is None or item is None:
        return _part(view, symbol.owner, symbol.name) if symbol.what == "part" else None
    if symbol.what == "slot" and isinstance(item, syntax.Prompt):
        return next((slot.name.span for slot in item.slots if slot.name.name == symbol.name), None)
    if symbol.what == "column":
        return made(scope, item, symbol.name, found.span.start)
    if symbol.what == "part":
        return _part(view, symbol.owner, symbol.name)
    return item.name.span


def made(scope: Scope, item: Declared, column: str, before: int | None = None) -> Span | None:
    """Return where a column was made: in a step, a slot of a grid, a setting of a source, of this item or of one it comes from."""
    if not isinstance(item, syntax.Declaration):
        return None
    for step in reversed(item.steps):
        if before is not None and step.span.start >= before:
            continue
        named = [argument.name for argument in step.arguments if argument.name is not None]
        found = [name.span for name in named if name.name == column]
        found += [c.value.span for c in step.clauses if c.word == "as" and isinstance(c.value, syntax.Name) and c.value.name == column]
        inside = before is not None and step.span.end > before
        if found and not inside:
            return found[-1]
    return _from_start(scope, item, column)


def _from_start(scope: Scope, item: syntax.Declaration, column: str) -> Span | None:
    value = item.value
    if item.kind.name == "source":
        entries = item.settings.entries if item.settings is not None else ()
        return next((entry.name.span for entry in entries if entry.name.name == column), item.name.span)
    if isinstance(value, syntax.Call):
        return next((one.name.span for one in value.arguments if one.name is not None and one.name.name == column), None)
    parts = [term.value for term in value.terms] if isinstance(value, syntax.WeightedSum) else [value] if value is not None else []
    for part in parts:
        found = scope.find(part) if isinstance(part, syntax.Name | syntax.Field) else None
        place = made(*found, column) if found is not None and found[1] is not item else None
        if place is not None:
            return place
    return None


def _part(view: View, owner: str, part: str) -> Span | None:
    """Return where the split of a source names a part."""
    pair = names.find(view, tuple(owner.split(".")))
    item = pair[1] if pair is not None else None
    entries = item.settings.entries if isinstance(item, syntax.Declaration) and item.settings is not None else ()
    for entry in entries:
        if entry.name.name == "split" and isinstance(entry, syntax.Setting):
            inside = (one for one in syntax.walk(entry.value) if isinstance(one, syntax.Setting | syntax.Argument))
            spans = [one.name.span for one in inside if one.name is not None and one.name.name == part]
            return spans[0] if spans else entry.name.span
    return item.name.span if item is not None else None


def _file(view: View, item: syntax.Import) -> Span | None:
    path = file_of(view, item)
    if path is None or view.scope is None:
        return None
    module = view.scope.module.imports.get(item.alias.name)
    return replace(module.syntax.source.span(0, 0)) if module is not None else Source(path=str(path), text="").span(0, 0)


def _guessed(view: View, offset: int) -> tuple[Scope, Declared] | None:
    """Return what a word in an item that doesn't parse probably stands for."""
    end = offset
    while end < len(view.source.text) and (view.source.text[end].isalnum() or view.source.text[end] == "_"):
        end += 1
    place = place_at(view.source, view.cut_at(offset), end)
    if not place.word or place.quoted is not None or place.comment is not None:
        return None
    return names.find(view, (*place.members, place.word))
