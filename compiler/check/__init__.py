"""One kind of declaration a file: what it may say, and what it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from synthc.compiler.check.about import check_publish, check_tests
from synthc.compiler.check.budget import check_budgets, check_spending
from synthc.compiler.check.endpoint import NAMELESS, embedded
from synthc.compiler.check.overlap import check_overlap
from synthc.compiler.graph import Node
from synthc.compiler.program import Program, Thing
from synthc.dsl import syntax


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a program without mistakes turned out to be."""

    things: tuple[Thing, ...]
    publications: tuple[Node, ...]
    budgets: Mapping[str, Mapping[str, Any]]
    tests: tuple[Mapping[str, Any], ...]


def check(program: Program) -> Checked:
    """Check every declaration of every module; findings gather in the program."""
    for scope in program.scopes():
        for declared in scope.names.values():
            if isinstance(declared, syntax.Prompt | syntax.Declaration):
                program.thing(scope, declared)
    check_overlap(program)
    tests = check_tests(program)
    publications = check_publish(program)
    budgets = check_budgets(program)
    if not program.failed:
        check_spending(program, budgets)
    endpoints = {endpoint.name: endpoint for _, endpoint in tests}
    endpoints.update(_implicit(program))
    known = {thing.name for thing in program.all_things()}
    extra = tuple(thing for name, thing in endpoints.items() if name not in known)
    return Checked(
        things=(*extra, *program.all_things()),
        publications=tuple(publications),
        budgets=budgets,
        tests=tuple(test for test, _ in tests),
    )


def _implicit(program: Program) -> dict[str, Thing]:
    """Return the embedded endpoint if any row asks it without a declaration."""
    if not any(NAMELESS in thing.inputs for thing in program.all_things()):
        return {}
    thing = embedded(program.scope(program.main))
    return {thing.name: thing}
