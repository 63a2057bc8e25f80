"""Asks the rules about one item, and works out once what several of them look at."""

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules import RULES
from synthc.compiler.rules.conditions import conditions
from synthc.compiler.rules.rule import Rule
from synthc.compiler.rules.steps import stages
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic

KINDS = (syntax.Edition, syntax.Import, syntax.Declaration, syntax.Prompt, syntax.Test, syntax.Budget, syntax.Publish)
BY_KIND = {kind: tuple(rule for rule in RULES if rule.program is None and kind in rule.of) for kind in KINDS}


def judge(item: syntax.AnyItem, scope: Scope) -> Iterator[Diagnostic]:
    """Yield what the rules find in an item that has no error."""
    asked = _asked(item)
    for rule in asked:
        if rule.item is not None:
            yield from rule.item(item, scope)
    if isinstance(item, syntax.Declaration) and item.steps and any(rule.steps for rule in asked):
        steps = stages(item, scope)
        for rule in asked:
            if rule.steps is not None:
                yield from rule.steps(steps, item, scope)
    if isinstance(item, syntax.Declaration | syntax.Test) and any(rule.conditions for rule in asked):
        written = conditions(item)
        for rule in asked:
            if rule.conditions is not None:
                yield from rule.conditions(written)


def _asked(item: syntax.AnyItem) -> list[Rule]:
    """Return the rules that may have something to say: most have not, and words are looked for quickly."""
    text, found = item.span.text, []
    for rule in BY_KIND[type(item)]:
        for word in rule.words:
            if word in text:
                found.append(rule)
                break
    return found
