"""A whole program while it is being checked: its modules, and what each declaration turned out to be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from synthc.compiler.graph import Node, Step
from synthc.compiler.load import Loaded
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
    "evaluate": "evaluate",
}
"""Each kind of declaration and the file of `compiler/check/` that checks it."""


SNAKE = re.compile(r"[a-z][a-z0-9_]*")


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
    speak of, if any, in `kept` the answers that may have failed, and in `after` what each step left; all but constants
    and prompts become a node of the graph.
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

    main: Loaded
    project: Path
    params: Mapping[str, str]
    diagnostics: list[Diagnostic] = field(default_factory=list)
    _scopes: dict[int, Scope] = field(default_factory=dict)
    _things: dict[int, Thing | None] = field(default_factory=dict)
    _open: list[Declared] = field(default_factory=list)

    def scope(self, module: Loaded) -> Scope:
        """Return the scope of a module, with its names collected once."""
        if id(module) not in self._scopes:
            names: dict[str, Declared] = {}
            scope = Scope(module=module, names=names, program=self)
            self._scopes[id(module)] = scope
            _collect(scope, names)
        return self._scopes[id(module)]

    def scopes(self) -> Iterator[Scope]:
        """Yield the scopes of all modules, the spec's own first."""
        seen: set[int] = set()
        waiting = [self.main]
        while waiting:
            module = waiting.pop(0)
            if id(module) not in seen:
                seen.add(id(module))
                waiting.extend(module.imports.values())
                yield self.scope(module)

    def thing(self, scope: Scope, declared: Declared) -> Thing | None:
        """Return what a declaration is; None if a mistake in it has been reported."""
        key = id(declared)
        if key in self._things:
            return self._things[key]
        if any(one is declared for one in self._open):
            self._report_cycle(declared)
            return None
        self._open.append(declared)
        found = _checker(declared)(declared, scope) if _checker(declared) else None
        self._open.pop()
        self._things[key] = found and replace(found, doc=declared.doc or "")
        return self._things[key]

    @property
    def failed(self) -> bool:
        """Whether a mistake was found that is an error."""
        return any(found.severity is Severity.ERROR for found in self.diagnostics)

    def all_things(self) -> Iterator[Thing]:
        """Yield everything that was checked without a mistake, each after what it reads."""
        yield from (thing for thing in self._things.values() if thing is not None)

    def _report_cycle(self, declared: Declared) -> None:
        start = next(i for i, one in enumerate(self._open) if one is declared)
        cycle = [*self._open[start:], declared]
        self.diagnostics.append(
            error(
                "reference-cycle",
                "a declaration needs itself: " + " -> ".join(one.name.name for one in cycle),
                declared.name.span,
                labels=tuple(Label(span=one.name.span, text="part of the cycle") for one in cycle[1:-1]),
            )
        )


def _checker(declared: Declared) -> Any:
    if isinstance(declared, syntax.Prompt):
        return import_module("synthc.compiler.check.prompt").check
    file = CHECKERS.get(declared.kind.name)
    return import_module(f"synthc.compiler.check.{file}").check if file else None


def _collect(scope: Scope, names: dict[str, Declared]) -> None:
    for item in scope.module.syntax.items:
        if not isinstance(item, syntax.Declaration | syntax.Prompt):
            continue
        name = item.name
        if not SNAKE.fullmatch(name.name):
            help_ = f"write `{re.sub(r'(?<=[a-z0-9])(?=[A-Z])', '_', name.name).strip('_').lower()}`"
            scope.report(error("wrong-name", f"names are in lower case with underscores, and `{name.name}` is not", name.span, help=help_))
        if name.name in names or name.name in scope.module.aliases:
            first = names[name.name].name.span if name.name in names else scope.module.aliases[name.name]
            scope.report(
                error(
                    "repeated-name",
                    f"`{name.name}` is {'declared twice' if name.name in names else 'both imported and declared'}",
                    name.span,
                    labels=(Label(span=first, text="first named here"),),
                    help="give one of them another name",
                )
            )
            continue
        names[name.name] = item
