"""Which declared names may stand where: those of the right kind, of this file or of a module."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from synthc.compiler.program import Thing
from synthc.compiler.scope import Declared, Scope
from synthc.dsl import syntax
from synthc.lsp.view import View

KINDS_OF = {
    "rows": frozenset({"source", "filter", "transform", "generate", "mix", "measure"}),
    "vocab": frozenset({"vocab"}),
    "model": frozenset({"model"}),
    "trained": frozenset({"pretrain", "federate"}),
    "evaluation": frozenset({"evaluate"}),
    "endpoint": frozenset({"endpoint"}),
    "prompt": frozenset({"prompt"}),
    "constant": frozenset({"param", "let"}),
}
"""The kinds of declarations that make each kind of thing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A name that may stand somewhere; without a `kind` it is a module."""

    name: str
    kind: str = ""
    doc: str = ""
    thing: Thing | None = None


def kinds(*things: str) -> frozenset[str]:
    """Return the kinds of declarations that make some things."""
    return frozenset[str]().union(*(KINDS_OF[thing] for thing in things))


def declared(view: View, wanted: frozenset[str], besides: str = "") -> Iterator[Candidate]:
    """Yield the names of a file that are declared as one of some kinds, in an item that doesn't parse too."""
    for item in view.outline:
        if item.declares and item.name != besides and wanted & {item.kind, f"{item.visibility} {item.kind}"}:
            scope = view.scope
            known = scope.names.get(item.name) if scope is not None else None
            thing = view.thing(scope, known) if scope is not None and known is not None else None
            yield Candidate(name=item.name, kind=item.kind, doc=item.doc() or "", thing=thing)


def modules(view: View, wanted: frozenset[str]) -> Iterator[Candidate]:
    """Yield the imported modules that declare something of some kinds."""
    for alias, scope in imported(view).items():
        if any(_kind(one) in wanted for one in scope.names.values()):
            yield Candidate(name=alias, doc=scope.module.path)


def members(view: View, alias: str, wanted: frozenset[str] | None = None) -> Iterator[Candidate]:
    """Yield the names of a module, perhaps only those of some kinds."""
    scope = imported(view).get(alias)
    for name, one in scope.names.items() if scope is not None else ():
        if scope is not None and (wanted is None or _kind(one) in wanted):
            yield Candidate(name=name, kind=_kind(one), doc=one.doc or "", thing=view.thing(scope, one))


def imported(view: View) -> dict[str, Scope]:
    """Return the scopes of the modules that a file imports, by alias."""
    if view.scope is None or view.program is None:
        return {}
    return {alias: view.program.scope(module) for alias, module in view.scope.module.imports.items()}


def find(view: View, dotted: tuple[str, ...]) -> tuple[Scope, Declared] | None:
    """Return the declaration that `name` or `module.name` stands for."""
    if view.scope is None or not dotted:
        return None
    scope = imported(view).get(dotted[0]) if len(dotted) == 2 else view.scope
    one = scope.names.get(dotted[-1]) if scope is not None and len(dotted) <= 2 else None
    return (scope, one) if scope is not None and one is not None else None


def found(view: View, dotted: tuple[str, ...]) -> Thing | None:
    """Return the thing that `name` or `module.name` stands for."""
    pair = find(view, dotted)
    return view.thing(*pair) if pair is not None else None


def _kind(one: Declared) -> str:
    return "prompt" if isinstance(one, syntax.Prompt) else one.kind.name
