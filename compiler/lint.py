"""Asks the rules about a program that was checked."""

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.program import Program
from synthc.compiler.rules import RULES
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic


def lint(program: Program) -> list[Diagnostic]:
    """Return what the rules find: about items without an error of their own, and about the whole if there is none."""
    failed = program.failed
    found = list(_items(program))
    for rule in () if failed else RULES:
        if rule.program is not None:
            found.extend(rule.program(program))
    return found


def _items(program: Program) -> Iterator[Diagnostic]:
    for scope in program.scopes():
        if scope.module.standard:
            continue
        wrong = [d.span.start for d in program.diagnostics if d.span.source is scope.module.syntax.source]
        for item in scope.module.syntax.items:
            if isinstance(item, syntax.Declaration | syntax.Prompt) and program.thing(scope, item) is None:
                continue
            if any(item.span.start <= start < item.span.end for start in wrong):
                continue
            for rule in RULES:
                if rule.item is not None and isinstance(item, rule.of):
                    yield from rule.item(item, scope)
