"""Turns the parser's tree of one item into syntax, and reports what a grammar can't see."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from itertools import pairwise
from typing import Any, Protocol

from synthc.dsl import literal, syntax, template
from synthc.dsl.diagnostic import Diagnostic, Edit, Fix, Safety, error
from synthc.dsl.source import Source, Span

NESTING_LIMIT = 100
"""How deep things may stand in each other: readers of the syntax recurse."""

VISIBILITIES = ("public", "private")

EDITION = 1
"""The one edition of the language that there is."""

# Nodes that become a level of their own in the syntax; the others only hold things together.
LEVELS = frozenset(
    ["binary", "between", "unary", "call", "field", "group", "list", "list_type", "record", "record_type", "settings", "split"]
)

class Leaf(Protocol):
    """A token of the parser."""

    value: str
    start_pos: int | None
    end_pos: int | None


class Node(Protocol):
    """A node of the parser's tree; its children are nodes, leaves or None."""

    data: Any
    children: list[Any]

    @property
    def meta(self) -> Any:
        """Where it stands."""


class Broken(Exception):
    """Raised for an item that parses and yet can't be read, with the one finding that says why."""

    def __init__(self, finding: Diagnostic) -> None:
        super().__init__(finding.message)
        self.finding = finding


def builder(source: Source, hole: template.ParseHole) -> Any:
    """Return what has a method for each rule of the grammar, and gathers findings in `found`."""
    return _Builder(source, hole)


def build(source: Source, root: Node, hole: template.ParseHole) -> tuple[Any, list[Diagnostic]]:
    """Return the syntax of a tree and the findings made on the way; raises Broken."""
    making = builder(source, hole)
    built: dict[int, Any] = {}
    for node in reversed(_outside_in(source, root)):
        children = [built[id(child)] if hasattr(child, "children") else child for child in node.children]
        built[id(node)] = getattr(making, str(node.data))(_span(source, node), children)
    return built[id(root)], making.found


def _outside_in(source: Source, root: Node) -> list[Node]:
    """Return all nodes, each before its children: a stack in place of recursion, whatever was written."""
    order: list[Node] = []
    todo = [(root, 0)]
    while todo:
        node, depth = todo.pop()
        depth += node.data in LEVELS
        if depth > NESTING_LIMIT:
            message = f"this nests more than {NESTING_LIMIT} deep"
            raise Broken(error("too-deep", message, _span(source, node), help="give inner parts a name with `let`"))
        order.append(node)
        todo.extend((child, depth) for child in node.children if hasattr(child, "children"))
    return order


def _span(source: Source, node: Node) -> Span:
    if node.meta.empty:
        return source.span(0, 0)
    return source.span(node.meta.start_pos, node.meta.end_pos)


class _Builder:
    """One method per rule of the grammar, given the node's place and its children's syntax."""

    def __init__(self, source: Source, hole: template.ParseHole) -> None:
        self.source = source
        self.hole = hole
        self.found: list[Diagnostic] = []

    def _leaf(self, leaf: Leaf) -> Span:
        return self.source.span(leaf.start_pos or 0, leaf.end_pos or 0)

    def _word(self, leaf: Leaf) -> syntax.Identifier:
        return syntax.Identifier(name=leaf.value, span=self._leaf(leaf))

    # Items

    def edition(self, span: Span, children: list[Any]) -> syntax.Edition:
        said = children[0].value
        if said != str(EDITION):
            help = f"this synthc knows `synth {EDITION}`; a newer one may know more"
            self.found.append(error("unknown-edition", f"there is no edition {said}", self._leaf(children[0]), help=help))
        return syntax.Edition(number=int(said) if said.isdigit() and len(said) < 10 else 0, span=span)

    def import_module(self, span: Span, children: list[Any]) -> syntax.Import:
        dotted, alias = children
        names = _flat(dotted)
        return syntax.Import(module=tuple(name.name for name in names), file=None, alias=alias or names[-1], span=span)

    def import_file(self, span: Span, children: list[Any]) -> syntax.Import:
        return syntax.Import(module=(), file=self.text(self._leaf(children[0]), children[:1]), alias=children[1], span=span)

    def prompt(self, span: Span, children: list[Any]) -> syntax.Prompt:
        name, slots, answer, settings = children
        return syntax.Prompt(name=name, slots=slots, answer=answer, settings=settings, span=span)

    def test(self, span: Span, children: list[Any]) -> syntax.Test:
        return syntax.Test(about=children[0], cases=children[1], span=span)

    def budget(self, span: Span, children: list[Any]) -> syntax.Budget:
        return syntax.Budget(about=children[0], settings=children[1], span=span)

    def publish(self, span: Span, children: list[Any]) -> syntax.Publish:
        name, place, settings = children
        return syntax.Publish(about=name, place=self._bare(place), settings=settings, span=span)

    def declaration(self, span: Span, children: list[Any]) -> syntax.Declaration:
        (visibility, kind, name, type_), *rest = children
        values = [child for child in rest if isinstance(child, syntax.Expression)]
        settings = [child for child in rest if isinstance(child, syntax.Settings)]
        return syntax.Declaration(
            visibility=visibility,
            kind=kind,
            name=name,
            type=type_,
            value=self._bare(values[0]) if values else None,
            clauses=tuple(child for child in rest if isinstance(child, syntax.Clause)),
            settings=settings[0] if settings else None,
            steps=tuple(child for child in rest if isinstance(child, syntax.Step)),
            span=span,
        )

    def head(self, _span: Span, children: list[Any]) -> tuple[Any, ...]:
        first, kind, name, type_ = children
        visibility = self._word(first) if first else None
        if visibility and visibility.name not in VISIBILITIES:
            visibility, finding = _visibility_meant(visibility, self._word(kind), name)
            self.found.append(finding)
        return visibility, self._word(kind), name, type_

    def step(self, span: Span, children: list[Any]) -> syntax.Step:
        verb, arguments, *rest = children
        return syntax.Step(
            verb=verb,
            arguments=arguments or (),
            clauses=tuple(child for child in rest if isinstance(child, syntax.Clause)),
            settings=next((child for child in rest if isinstance(child, syntax.Settings)), None),
            span=self.source.span(verb.span.start, span.end),
        )

    def clause(self, span: Span, children: list[Any]) -> syntax.Clause:
        return syntax.Clause(word=children[0].value, value=self._bare(children[1]), span=span)

    def weighted_sum(self, span: Span, children: list[Any]) -> syntax.WeightedSum:
        return syntax.WeightedSum(terms=tuple(child for child in children if isinstance(child, syntax.Weighted)), span=span)

    def weighted(self, span: Span, children: list[Any]) -> syntax.Weighted:
        return syntax.Weighted(share=self._bare(children[0]), value=children[1], span=span)

    # Blocks

    def settings(self, span: Span, children: list[Any]) -> syntax.Settings:
        return syntax.Settings(entries=self._apart("settings", children), span=span)

    def setting(self, span: Span, children: list[Any]) -> syntax.Setting:
        name, type_, value = children
        return syntax.Setting(name=name, type=type_, value=value, span=span)

    def examples(self, span: Span, children: list[Any]) -> syntax.Cases:
        return syntax.Cases(name=children[0], cases=children[1], span=span)

    def cases(self, _span: Span, children: list[Any]) -> tuple[syntax.Case, ...]:
        return self._apart("cases", children)

    def case(self, span: Span, children: list[Any]) -> syntax.Case:
        return syntax.Case(inputs=children[0], expected=children[1], span=span)

    def input(self, _span: Span, children: list[Any]) -> tuple[syntax.Expression, ...]:
        return tuple(self._bare(child) for child in children)

    def expected(self, _span: Span, children: list[Any]) -> syntax.Expression:
        return self._bare(children[0])

    def minus_number(self, span: Span, children: list[Any]) -> syntax.Unary:
        return self.unary(span, children)

    def _apart(self, what: str, entries: Sequence[Any]) -> tuple[Any, ...]:
        """Check that entries have a comma or a new line between them."""
        for before, after in pairwise(entries):
            gap = self.source.text[before.span.end : after.span.start]
            if "\n" not in gap and "," not in gap:
                place = getattr(after, "name", after).span
                here = self.source.span(before.span.end, before.span.end)
                fix = Fix(title="put a comma between them", edits=(Edit(span=here, text=","),))
                help = "put a comma between them, or a new line"
                self.found.append(error("missing-comma", f"two {what} stand on one line without a comma", place, help=help, fix=fix))
        return tuple(entries)

    # Types

    def named_type(self, span: Span, children: list[Any]) -> syntax.NamedType:
        return syntax.NamedType(name=children[0].name, span=span)

    def list_type(self, span: Span, children: list[Any]) -> syntax.ListType:
        if children[0].name != "list":
            message = f"the type `{children[0].name}` takes nothing in parentheses"
            self.found.append(error("unknown-type", message, children[0].span, help="only `list(...)` does"))
        return syntax.ListType(of=children[1], span=span)

    def record_type(self, span: Span, children: list[Any]) -> syntax.RecordType:
        return syntax.RecordType(fields=self._apart("fields", children), span=span)

    def choice_type(self, span: Span, children: list[Any]) -> syntax.ChoiceType:
        return syntax.ChoiceType(options=tuple(child for child in children if isinstance(child, syntax.Text)), span=span)

    def slots(self, _span: Span, children: list[Any]) -> tuple[syntax.Slot, ...]:
        return tuple(children)

    def slot(self, span: Span, children: list[Any]) -> syntax.Slot:
        return syntax.Slot(name=children[0], type=children[1], span=span)

    # Expressions

    def record(self, span: Span, children: list[Any]) -> syntax.Record:
        return syntax.Record(fields=self._apart("settings", children), span=span)

    def split(self, span: Span, children: list[Any]) -> syntax.Call:
        by = syntax.Name(name="by", span=self._leaf(children[0]))
        return syntax.Call(function=by, arguments=children[1] or (), span=span)

    def arguments(self, _span: Span, children: list[Any]) -> tuple[syntax.Argument, ...]:
        return tuple(children)

    bare_arguments = arguments

    def argument(self, span: Span, children: list[Any]) -> syntax.Argument:
        name = children[0] if len(children) > 1 else None
        return syntax.Argument(name=name, value=children[-1], span=span)

    bare_argument = argument

    def binary(self, span: Span, children: list[Any]) -> syntax.Binary:
        left, *words, right = children
        operator = " ".join(word.value for word in words)
        return syntax.Binary(operator=operator, left=self._bare(left), right=self._bare(right), span=span)

    def between(self, span: Span, children: list[Any]) -> syntax.Range:
        return syntax.Range(low=self._bare(children[0]), high=self._bare(children[-1]), span=span)

    def unary(self, span: Span, children: list[Any]) -> syntax.Unary:
        return syntax.Unary(operator=children[0].value, operand=self._bare(children[1]), span=span)

    def call(self, span: Span, children: list[Any]) -> syntax.Call:
        function, arguments = children
        if isinstance(function, syntax.Path):
            function = _last_apart(function)
        return syntax.Call(function=function, arguments=arguments or (), span=span)

    qualified_call = call

    def field(self, span: Span, children: list[Any]) -> syntax.Field | syntax.Path:
        of, name = children
        if isinstance(of, syntax.Path):
            return syntax.Path(keys=(*of.keys, name.name), span=span)
        return syntax.Field(of=self._bare(of), name=name, span=span)

    def group(self, _span: Span, children: list[Any]) -> syntax.Expression:
        return self._bare(children[0])

    def list(self, span: Span, children: list[Any]) -> syntax.ListOf:
        return syntax.ListOf(items=tuple(children), span=span)

    def variable(self, span: Span, children: Sequence[Any]) -> syntax.Name:
        return syntax.Name(name=children[0].name, span=span)

    def qualified(self, _span: Span, children: Sequence[Any]) -> syntax.Name | syntax.Field:
        dotted: syntax.Name | syntax.Field = _name(children[0])
        for name in children[1:]:
            dotted = syntax.Field(of=dotted, name=name, span=dotted.span.to(name.span))
        return dotted

    def path(self, span: Span, children: Sequence[Any]) -> syntax.Path:
        return syntax.Path(keys=(children[-1].name,), span=span)

    def text(self, span: Span, _children: Sequence[Any]) -> syntax.Text:
        read, found = literal.text(span)
        self.found.extend(found)
        return read

    def template(self, span: Span, _children: Sequence[Any]) -> syntax.Template:
        read, found = template.read(span, self.hole)
        self.found.extend(found)
        return read

    def number(self, span: Span, _children: Sequence[Any]) -> syntax.Number | syntax.Share | syntax.Duration:
        read, found = literal.number(span)
        self.found.extend(found)
        return read

    share = number

    def boolean(self, span: Span, children: Sequence[Any]) -> syntax.Boolean:
        return syntax.Boolean(value=children[0].value == "true", span=span)

    def nothing(self, span: Span, _children: Sequence[Any]) -> syntax.Nothing:
        return syntax.Nothing(span=span)

    def name(self, span: Span, children: Sequence[Any]) -> syntax.Identifier:
        return syntax.Identifier(name=children[0].value, span=span)

    def _bare(self, value: syntax.Expression) -> syntax.Expression:
        """Report a record in a place where only an expression may stand."""
        record = _record_in(value)
        if record:
            help = "write `record(name = value)`"
            self.found.append(error("misplaced-record", "a record can't stand here", record.span, help=help))
        return value


def _visibility_meant(
    first: syntax.Identifier, kind: syntax.Identifier, name: syntax.Identifier
) -> tuple[syntax.Identifier, Diagnostic]:
    """Return what a misspelled `public` or `private` meant; of three other words the last is one too many."""
    meant = get_close_matches(first.name, VISIBILITIES, n=1)
    if not meant:
        raise Broken(error("syntax-error", f"expected `=` after `{kind.name}`, found `{name.name}`", name.span))
    fix = Fix(title=f"write `{meant[0]}`", edits=(Edit(span=first.span, text=meant[0]),), safety=Safety.UNSAFE)
    message = f"`{first.name}` is neither `public` nor `private`"
    finding = error("unknown-visibility", message, first.span, help=f"did you mean `{meant[0]}`?", fix=fix)
    return syntax.Identifier(name=meant[0], span=first.span), finding


def _name(word: syntax.Identifier) -> syntax.Name:
    return syntax.Name(name=word.name, span=word.span)


def _flat(dotted: syntax.Expression) -> list[syntax.Identifier]:
    """Return the names of a dotted name, in order."""
    names: list[syntax.Identifier] = []
    while isinstance(dotted, syntax.Field):
        names.append(dotted.name)
        dotted = dotted.of
    if isinstance(dotted, syntax.Name):
        names.append(syntax.Identifier(name=dotted.name, span=dotted.span))
    return names[::-1]


def _last_apart(path: syntax.Path) -> syntax.Field:
    """Return `.a.b` as the field `b` of `.a`, to be called."""
    *keys, last = path.keys
    cut = path.span.end - len(last)
    name = syntax.Identifier(name=last, span=path.span.source.span(cut, path.span.end))
    of = syntax.Path(keys=tuple(keys), span=path.span.source.span(path.span.start, cut))
    return syntax.Field(of=of, name=name, span=path.span)


def _record_in(value: object) -> syntax.Record | None:
    todo = [value]
    while todo:
        value = todo.pop()
        if isinstance(value, syntax.Record):
            return value
        if isinstance(value, syntax.ListOf):
            todo.extend(value.items)
    return None
