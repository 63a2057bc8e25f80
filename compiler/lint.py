"""Asks the rules about a program that was checked."""

from __future__ import annotations

from bisect import bisect_left
from functools import partial

from synthc.compiler.program import Program
from synthc.compiler.rules import RULES
from synthc.compiler.rules.judge import judge
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Severity


def lint(program: Program) -> None:
    """Report what the rules find: about items without an error of their own, and about the whole if there is none."""
    errors = [found.span for found in program.findings() if found.severity is Severity.ERROR]
    for scope in program.scopes():
        if not scope.module.standard:
            wrong = sorted(span.start for span in errors if span.source.path == scope.module.path)
            for item in scope.module.syntax.items:
                if bisect_left(wrong, item.span.start) == bisect_left(wrong, item.span.end):
                    program.once("lint", item, scope, partial(_item, item, scope))
    for rule in () if errors else RULES:
        if rule.program is not None:
            program.diagnostics.extend(rule.program(program))


def _item(item: syntax.AnyItem, scope: Scope) -> None:
    """Ask all rules about one item, unless it is wrong by the fault of another."""
    if isinstance(item, syntax.Declaration | syntax.Prompt) and scope.program.thing(scope, item) is None:
        return
    scope.program.diagnostics.extend(judge(item, scope))
