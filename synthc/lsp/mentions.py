"""Where names are said and what each stands for: what definitions, references, renames and colours rest on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from synthc.compiler.program import CHECKERS
from synthc.compiler.scope import Declared, Scope
from synthc.dsl import syntax
from synthc.dsl.source import Span
from synthc.lsp.annotations import setting
from synthc.lsp.models import Model, of_item, step
from synthc.lsp.view import View, place_of

What = Literal["declaration", "module", "slot", "column", "part"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbol:
    """What a name stands for: something declared in a file, a slot or a column within the `owner` of that name."""

    what: What
    file: Path
    name: str
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One place where a name is said; the place that declares it is one too."""

    span: Span
    symbol: Symbol
    declares: bool = False
    kind: str = ""


def mentions(scope: Scope, project: Path, items: Iterable[syntax.AnyItem] | None = None) -> Iterator[Mention]:
    """Yield the names said in a module, or in some items of it; each item is read once while what it names stays the same."""
    for item in scope.module.syntax.items if items is None else items:
        yield from scope.program.once("mentions", item, scope, lambda item=item: tuple(_Reader(scope=scope, project=project).item(item)))  # type: ignore[misc]


def mention_at(view: View, offset: int) -> Mention | None:
    """Return the name at a place, if it stands in an item that parses."""
    item = view.item_at(offset)
    if item is None or view.scope is None:
        return None
    found = [one for one in mentions(view.scope, view.project, [item]) if one.span.start <= offset <= one.span.end]
    return min(found, key=lambda one: one.span.end - one.span.start, default=None)


@dataclass(slots=True, kw_only=True)
class _Reader:
    """Reads one item; `columns` grows from step to step."""

    scope: Scope
    project: Path
    owner: str = ""
    columns: set[str] = field(default_factory=set)
    slots: frozenset[str] = frozenset()

    @property
    def file(self) -> Path:
        return place_of(self.scope.module.path, self.project)

    def item(self, item: syntax.AnyItem) -> Iterator[Mention]:
        if isinstance(item, syntax.Import):
            yield Mention(span=item.alias.span, symbol=Symbol(what="module", file=self.file, name=item.alias.name), declares=True, kind="module")
        elif isinstance(item, syntax.Prompt):
            yield from self._prompt(item)
        elif isinstance(item, syntax.Declaration):
            yield from self._declaration(item)
        elif isinstance(item, syntax.Test):
            yield from self._reference(item.about)
            self.columns.add("answer")
            yield from self._walk(case.expected for case in item.cases)
            yield from self._walk(given for case in item.cases for given in case.inputs)
        elif isinstance(item, syntax.Budget):
            yield from self._reference(item.about)
            yield from self._settings(item.settings, of_item("budget", "", "", lambda: ""))
        elif isinstance(item, syntax.Publish):
            yield from self._reference(item.about)
            yield from self._walk([item.place])

    def _prompt(self, item: syntax.Prompt) -> Iterator[Mention]:
        yield self._declared(item)
        self.owner, self.slots = item.name.name, frozenset(slot.name.name for slot in item.slots)
        for slot in item.slots:
            yield Mention(span=slot.name.span, symbol=self._slot(slot.name.name), declares=True, kind="slot")
        self.columns.add("answer_format")
        yield from self._settings(item.settings, of_item("prompt", "", "", lambda: ""))

    def _declaration(self, item: syntax.Declaration) -> Iterator[Mention]:
        yield self._declared(item)
        self.owner = item.name.name
        grid = isinstance(item.value, syntax.Call) and item.value.function.span.text == "grid"
        if item.value is not None:
            yield from self._walk([item.value])
        if isinstance(item.value, syntax.Call) and grid:
            named = [argument.name for argument in item.value.arguments if argument.name is not None]
            yield from self._new(named)
        for clause in item.clauses:
            yield from self._clause(clause)
        made_by = item.value.function.span.text if isinstance(item.value, syntax.Call) else ""
        visibility = item.visibility.name if item.visibility is not None else ""
        yield from self._settings(item.settings, of_item(item.kind.name, visibility, made_by, lambda: ""), source=item.kind.name == "source")
        self.columns |= self._came_in(item)
        for one in item.steps:
            yield from self._step(one)

    def _declared(self, item: Declared) -> Mention:
        kind = "prompt" if isinstance(item, syntax.Prompt) else item.kind.name
        return Mention(span=item.name.span, symbol=self._symbol("declaration", item.name.name), declares=True, kind=kind)

    def _came_in(self, item: syntax.Declaration) -> set[str]:
        """Return the columns of what rows come from."""
        if not isinstance(item.value, syntax.Name | syntax.Field) or item.kind.name not in CHECKERS:
            return set()
        found = self.scope.find(item.value)
        thing = found and found[0].program.thing(*found)
        return set(thing.columns) if thing and thing.thing == "rows" else set()

    def _clause(self, clause: syntax.Clause) -> Iterator[Mention]:
        value = clause.value
        if clause.word == "over" and isinstance(value, syntax.Field) and self.scope.find(value) is None:
            yield from self._walk([value.of])
            yield Mention(span=value.name.span, symbol=self._symbol("part", value.name.name, value.of.span.text), kind="part")
        else:
            yield from self._walk([value])

    def _step(self, one: syntax.Step) -> Iterator[Mention]:
        made: list[syntax.Identifier] = []
        for argument in one.arguments:
            if one.verb.name == "ask" and isinstance(argument.value, syntax.Call):
                yield from self._asked(argument.value)
            else:
                yield from self._walk([argument.value])
            if argument.name is not None:
                made.append(argument.name)
        for clause in one.clauses:
            if clause.word == "as" and isinstance(clause.value, syntax.Name):
                made.append(syntax.Identifier(span=clause.value.span, name=clause.value.name))
            else:
                yield from self._clause(clause)
        entry = step(one.verb.name)
        yield from self._settings(one.settings, entry.settings if entry is not None else None)
        yield from self._new(made)

    def _new(self, made: Sequence[syntax.Identifier]) -> Iterator[Mention]:
        """Yield columns where they are made."""
        for name in made:
            self.columns.add(name.name)
            yield Mention(span=name.span, symbol=self._symbol("column", name.name, self.owner), declares=True, kind="column")

    def _asked(self, call: syntax.Call) -> Iterator[Mention]:
        """Yield the prompt of an `ask` and the slots that are filled by name."""
        yield from self._reference(call.function)
        found = self.scope.find(call.function)
        for argument in call.arguments:
            if argument.name is not None and found is not None:
                symbol = Symbol(what="slot", file=place_of(found[0].module.path, self.project), name=argument.name.name, owner=found[1].name.name)
                yield Mention(span=argument.name.span, symbol=symbol, kind="slot")
            yield from self._walk([argument.value])

    def _settings(self, block: syntax.Settings | None, model: Model | None, *, source: bool = False) -> Iterator[Mention]:
        for entry in block.entries if block is not None else ():
            if isinstance(entry, syntax.Cases):
                yield from self._walk(case.expected for case in entry.cases)
                yield from self._walk(given for case in entry.cases for given in case.inputs)
                continue
            column = source and isinstance(entry.value.left if isinstance(entry.value, syntax.Binary) else entry.value, syntax.Path)
            if column and (model is None or entry.name.name not in model.model_fields):
                yield from self._new([entry.name])
            word = isinstance(entry.value, syntax.Name) and model is not None and entry.name.name in model.model_fields
            if not word or not self._is_word(model, entry):
                yield from self._walk([entry.value])

    def _is_word(self, model: Model | None, entry: syntax.Setting) -> bool:
        """Whether a setting is one of some words, which are no names."""
        return model is not None and bool(setting(model, entry.name.name).words)

    def _walk(self, values: Iterable[syntax.Expression]) -> Iterator[Mention]:
        for value in values:
            if isinstance(value, syntax.Name | syntax.Field):
                yield from self._reference(value)
            elif isinstance(value, syntax.Call):
                if isinstance(value.function, syntax.Field):
                    yield from self._reference(value.function)
                yield from self._walk(argument.value for argument in value.arguments)
            else:
                yield from self._inside(value)

    def _inside(self, value: syntax.Expression) -> Iterator[Mention]:
        """Yield what is said in the parts of an expression."""
        if isinstance(value, syntax.Binary):
            yield from self._walk([value.left, value.right])
        elif isinstance(value, syntax.Unary):
            yield from self._walk([value.operand])
        elif isinstance(value, syntax.Range):
            yield from self._walk([value.low, value.high])
        elif isinstance(value, syntax.ListOf):
            yield from self._walk(value.items)
        elif isinstance(value, syntax.Record):
            yield from self._walk(one.value for one in value.fields)
        elif isinstance(value, syntax.Template):
            yield from self._walk(part.value for part in value.parts if not isinstance(part, str))
        elif isinstance(value, syntax.WeightedSum):
            yield from self._walk(part for term in value.terms for part in (term.share, term.value))

    def _reference(self, value: syntax.Expression) -> Iterator[Mention]:
        if isinstance(value, syntax.Name):
            found = self._named(value)
            if found is not None:
                yield found
        elif isinstance(value, syntax.Field):
            yield from self._reference(value.of)
            member = None if isinstance(value.of, syntax.Name) and value.of.name in self.columns | self.slots else self.scope.find(value)
            if member is not None:
                yield self._of(member, value.name.span)
        else:
            yield from self._walk([value])

    def _named(self, value: syntax.Name) -> Mention | None:
        if value.name in self.slots:
            return Mention(span=value.span, symbol=self._slot(value.name), kind="slot")
        if value.name in self.columns:
            return Mention(span=value.span, symbol=self._symbol("column", value.name, self.owner), kind="column")
        found = self.scope.find(value)
        if found is not None:
            return self._of(found, value.span)
        if value.name in self.scope.aliases:
            return Mention(span=value.span, symbol=self._symbol("module", value.name), kind="module")
        return None

    def _of(self, found: tuple[Scope, Declared], span: Span) -> Mention:
        scope, item = found
        kind = "prompt" if isinstance(item, syntax.Prompt) else item.kind.name
        file = place_of(scope.module.path, self.project)
        return Mention(span=span, symbol=Symbol(what="declaration", file=file, name=item.name.name), kind=kind)

    def _symbol(self, what: What, name: str, owner: str = "") -> Symbol:
        return Symbol(what=what, file=self.file, name=name, owner=owner)

    def _slot(self, name: str) -> Symbol:
        return self._symbol("slot", name, self.owner)
