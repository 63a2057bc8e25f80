"""`budget users { epsilon = 8, delta = 1e-10 }`: what may be spent, and whether it is enough."""

from __future__ import annotations

from typing import Any

from synthc.compiler.catalog.budgets import CallBudget, PeopleBudget
from synthc.compiler.check.references import named
from synthc.compiler.graph.accounting import SubsampledGaussian, epsilon
from synthc.compiler.program import Program, Thing
from synthc.compiler.scope import Scope
from synthc.compiler.settings import read_settings
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Label, error

DEFAULT_DELTA_SHARE = 0.1
"""The share of a budget's delta at which a mechanism is solved if it does not say its own."""


def check_budgets(program: Program) -> dict[str, dict[str, Any]]:
    """Return the budgets of a program by the name of what they limit."""
    scope = program.scope(program.main)
    budgets: dict[str, dict[str, Any]] = {}
    for item in scope.module.syntax.items:
        if not isinstance(item, syntax.Budget):
            continue
        thing = named(item.about, ("rows", "endpoint"), scope, item.span)
        if thing is None:
            continue
        if thing.thing == "rows" and (thing.kind != "source" or "people" not in thing.settings or not thing.settings["people"]):
            scope.report(error("wrong-kind", f"a budget limits a private source or an endpoint, and `{thing.name}` is neither", item.about.span))
            continue
        model = CallBudget if thing.thing == "endpoint" else PeopleBudget
        owner = syntax.Identifier(span=item.about.span, name=item.about.name)
        read = read_settings(model, item.settings, scope, owner=owner)
        if read is not None and thing.name in budgets:
            scope.report(error("repeated-name", f"`{thing.name}` has two budgets", item.about.span))
        elif read is not None:
            budgets[thing.name] = read.model_dump()
    return budgets


def budget_of(source: Thing, scope: Scope) -> PeopleBudget | None:
    """Return the budget of a private source as written, None if it has none or a wrong one."""
    main = scope.program.scope(scope.program.main)
    for item in main.module.syntax.items:
        if isinstance(item, syntax.Budget):
            found = main.find(item.about)
            thing = found and scope.program.thing(*found)
            if thing and thing.name == source.name:
                quiet = len(scope.program.diagnostics)
                owner = syntax.Identifier(span=item.about.span, name=item.about.name)
                read = read_settings(PeopleBudget, item.settings, main, owner=owner)
                del scope.program.diagnostics[quiet:]
                return read
    return None


def check_spending(program: Program, budgets: dict[str, dict[str, Any]]) -> None:
    """Report people whose mechanisms together spend more than their budget."""
    tuned = [thing for thing in program.all_things() if thing.kind == "federate" and thing.settings["dp"]]
    people: dict[str, list[Thing]] = {}
    for thing in tuned:
        if thing.origin is not None:
            people.setdefault(thing.origin.settings["people"], []).append(thing)
    for mechanisms in people.values():
        origins = {thing.origin.name for thing in mechanisms if thing.origin is not None}
        found = [budgets[name] for name in sorted(origins) if name in budgets]
        if found:
            smallest = min(found, key=lambda budget: budget["epsilon"])
            _compare(program, mechanisms, smallest)


def _compare(program: Program, mechanisms: list[Thing], budget: dict[str, Any]) -> None:
    dps = [thing.settings["dp"] for thing in mechanisms]
    labels = tuple(Label(span=thing.span, text=f"`{thing.name}` spends epsilon {_number(dp['epsilon'])}") for thing, dp in zip(mechanisms, dps, strict=True))
    deltas = sum(dp["delta"] for dp in dps)
    last = mechanisms[-1]
    if deltas > budget["delta"] * (1 + 1e-9):
        program.diagnostics.append(
            error("over-budget", f"the deltas of these mechanisms make {deltas:.3g}, and the budget has {budget['delta']:.3g}", last.span, labels=labels[:-1], help="give the mechanisms smaller deltas")
        )
        return
    if sum(dp["epsilon"] for dp in dps) <= budget["epsilon"] * (1 + 1e-9):
        return
    spent = epsilon([mechanism(thing) for thing in mechanisms], budget["delta"])
    if spent > budget["epsilon"]:
        program.diagnostics.append(
            error(
                "over-budget",
                f"these mechanisms spend epsilon {_number(spent)} together, and the budget has {_number(budget['epsilon'])}",
                last.span,
                labels=labels[:-1],
                help="ask for a smaller epsilon, tune fewer models, or raise the budget",
            )
        )


def mechanism(tuned: Thing) -> SubsampledGaussian:
    """Return the accountant's event of a federation, its noise solved where an epsilon was asked."""
    from synthc.compiler.graph.accounting import noise_for

    dp, rounds = tuned.settings["dp"], tuned.settings["rounds"]
    noise = dp["noise"] or noise_for(epsilon=dp["epsilon"], delta=dp["delta"], sampling=dp["sampling"], rounds=rounds)
    return SubsampledGaussian(sampling=dp["sampling"], noise=noise, rounds=rounds)


def _number(value: float) -> str:
    return f"{value:.4g}"
