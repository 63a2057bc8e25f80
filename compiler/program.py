"""A whole program while it is being checked: its modules, and what each declaration turned out to be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

from synthc.compiler.graph import Node, Step
from synthc.compiler.load import Linked, Loaded
from synthc.compiler.memory import Answer, Look, Memory
from synthc.compiler.privacy import PUBLIC, Flow
from synthc.compiler.scope import Declared, Scope
from synthc.compiler.types import Type
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Label, Severity, error
from synthc.dsl.source import Span

CHECKERS = {
    "param": "constants",
    "let": "constants",
    "endpoint": "endpoint",
    "source": "source",
    "filter": "rows",
    "transform": "rows",
    "generate": "rows",
    "mix": "mix",
    "vocab": "vocab",
    "model": "model",
    "pretrain": "pretrain",
    "federate": "federate",
    "measure": "measure",
    "evaluate": "evaluate",
}
"""Each kind of declaration and the file of `compiler/check/` that checks it."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """What is known of rows behind one step; editors show it."""

    columns: Mapping[str, Type]
    flow: Flow


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """What a declaration turned out to be.

    `thing` is one of `constant endpoint prompt rows vocab model trained evaluation`. Constants have
    a `type` and a `value`; rows have `columns`, and `origin`, the private source whose users they
    speak of, if any, in `kept` the answers that may have failed, and in `after` what each step left; models, trained
    or not, have their architecture as `value`; all but constants and prompts become a node of the graph.
    """

    name: str
    thing: str
    kind: str
    span: Span
    flow: Flow = PUBLIC
    type: Type | None = None
    value: Any = None
    columns: Mapping[str, Type] = field(default_factory=dict)
    origin: Thing | None = None
    licences: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    settings: Mapping[str, Any] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    after: tuple[After, ...] = ()
    inputs: tuple[str, ...] = ()
    doc: str = ""

    def node(self) -> Node:
        """Return the node it becomes."""
        return Node(
            name=self.name,
            kind=self.kind,
            inputs=tuple(dict.fromkeys(self.inputs)),
            settings=self.settings,
            steps=self.steps,
            columns={name: of.to_json() for name, of in self.columns.items()},
            label=self.flow.label,
            place=self.span.place,
            doc=self.doc,
        )


@dataclass(slots=True, kw_only=True)
class Program:
    """All modules of a spec, with one memory of what was checked already."""

    linked: Linked
    project: Path
    params: Mapping[str, str] = field(default_factory=dict)
    memory: Memory = field(default_factory=Memory)
    _scopes: dict[int, Scope] = field(default_factory=dict)
    _done: dict[tuple[str, int], Answer] = field(default_factory=dict)
    _known: dict[Look, Any] = field(default_factory=dict)
    _frames: list[Answer] = field(default_factory=lambda: [Answer()])
    _open: dict[int, Declared] = field(default_factory=dict)

    @property
    def main(self) -> Loaded:
        """The module of the spec itself."""
        return self.linked.modules[0]

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """What was found so far about the item that is being checked, or outside of all about the program."""
        return self._frames[-1].found

    def findings(self) -> list[Diagnostic]:
        """Return all that was found."""
        own = [one for scope in self.scopes() for one in scope.module.found]
        return [*self.linked.found, *own, *self._frames[0].found, *(one for answer in self._done.values() for one in answer.found)]

    def scope(self, module: Loaded) -> Scope:
        """Return the scope of a module."""
        if id(module) not in self._scopes:
            self._scopes[id(module)] = Scope(module=module, program=self, prefix=self.linked.prefixes[id(module)])
        return self._scopes[id(module)]

    def scopes(self) -> Iterator[Scope]:
        """Yield the scopes of all modules, the spec's own first."""
        return map(self.scope, self.linked.modules)

    def look(self, look: Look, *asked: Any) -> Any:
        """Look something up, and remember that the item that is being checked depends on it."""
        answer = look(self, *asked)
        self._frames[-1].looked[look, *asked] = answer
        return answer

    def thing(self, scope: Scope, declared: Declared) -> Thing | None:
        """Return what a declaration is; None if a mistake in it has been reported."""
        found: Thing | None = self.look(_thing, scope.module, declared)
        return found

    def once(self, question: str, item: syntax.Item, scope: Scope, answer: Callable[[], T]) -> T:
        """Return the answer to a question about an item, asked once and again only when what it read has changed."""
        key = question, id(item)
        if key not in self._done:
            kept = self.memory.get(item, (question, scope.prefix))
            if kept is not None and kept.holds(self) and key not in self._done:
                self._done[key] = kept
        if key not in self._done:
            self._done[key] = self._answered(answer)
            if not self._done[key].passing:
                self.memory.keep(item, (question, scope.prefix), self._done[key])
        value: T = self._done[key].value
        return value

    def known(self, look: Callable[[Program], T]) -> T:
        """Return what there is to know about the whole program, worked out once."""
        if look not in self._known:
            self._known[look] = look(self)
        value: T = self._known[look]
        return value

    def tried(self, scope: Scope, declared: Declared) -> Thing | None:
        """Return what a declaration would be that is no part of the program; what is wrong with it is told nobody."""
        return self.quietly(lambda: _checked(declared, scope))

    def quietly(self, ask: Callable[[], T]) -> T:
        """Return an answer, and let nobody know what was found on the way."""
        value: T = self._answered(ask).value
        return value

    @property
    def failed(self) -> bool:
        """Whether a mistake was found that is an error."""
        return any(found.severity is Severity.ERROR for found in self.findings())

    def all_things(self) -> Iterator[Thing]:
        """Yield everything that was checked without a mistake, each after what it reads."""
        yield from (answer.value for (question, _), answer in self._done.items() if question == "thing" and answer.value is not None)

    def _answered(self, answer: Callable[[], Any]) -> Answer:
        self._frames.append(Answer())
        try:
            self._frames[-1].value = answer()
        finally:
            done = self._frames.pop()
        return done

    def _closes_a_cycle(self, declared: Declared) -> None:
        """Report a declaration that is needed to know itself; what was found out on the way holds for this time alone."""
        open_ = list(self._open.values())
        cycle = [*open_[open_.index(declared) :], declared]
        for frame in self._frames[1:]:
            frame.passing = True
        self.diagnostics.append(
            error(
                "reference-cycle",
                "a declaration needs itself: " + " -> ".join(one.name.name for one in cycle),
                declared.name.span,
                labels=tuple(Label(span=one.name.span, text="part of the cycle") for one in cycle[1:-1]),
            )
        )


def _thing(program: Program, module: Loaded, declared: Declared) -> Thing | None:
    if ("thing", id(declared)) not in program._done and id(declared) in program._open:
        program._closes_a_cycle(declared)
        return None
    scope = program.scope(module)
    outermost = not program._open
    program._open[id(declared)] = declared
    try:
        if not outermost and ("thing", id(declared)) not in program._done:
            _answer_needed(program, module, declared)
        return program.once("thing", declared, scope, lambda: _checked(declared, scope))
    finally:
        program._open.pop(id(declared), None)


def _answer_needed(program: Program, module: Loaded, declared: Declared) -> None:
    """Answer what a declaration mentions before itself, deepest first: chains of any length need no recursion."""
    waiting = [(where, one, False) for where, one in _mentioned(module, declared)]
    while waiting:
        where, one, ready = waiting.pop()
        if ready:
            scope = program.scope(where)
            program.once("thing", one, scope, partial(_checked, one, scope))
            program._open.pop(id(one), None)
        elif id(one) not in program._open and ("thing", id(one)) not in program._done:
            program._open[id(one)] = one
            waiting.append((where, one, True))
            waiting.extend((there, other, False) for there, other in _mentioned(where, one))


def _mentioned(module: Loaded, declared: Declared) -> list[tuple[Loaded, Declared]]:
    """Return the declarations that a declaration mentions, the last first."""
    found: list[tuple[Loaded, Declared]] = []
    for piece in syntax.walk(declared):
        if isinstance(piece, syntax.Name) and piece.name in module.names:
            found.append((module, module.names[piece.name]))
        elif isinstance(piece, syntax.Field) and isinstance(piece.of, syntax.Name) and piece.of.name in module.imports:
            there = module.imports[piece.of.name]
            found.extend([(there, there.names[piece.name.name])] if piece.name.name in there.names else [])
    return found[::-1]


def _checked(declared: Declared, scope: Scope) -> Thing | None:
    checker = _checker(declared)
    found = checker(declared, scope) if checker else None
    return found and replace(found, doc=declared.doc or "")


def _checker(declared: Declared) -> Any:
    if isinstance(declared, syntax.Prompt):
        return import_module("synthc.compiler.check.prompt").check
    file = CHECKERS.get(declared.kind.name)
    return import_module(f"synthc.compiler.check.{file}").check if file else None
