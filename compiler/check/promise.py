"""What every mechanism rests on, whatever it releases: how many people there are, and a budget that fits them."""

from __future__ import annotations

from typing import Any

from synthc.compiler.catalog.budgets import PeopleBudget
from synthc.compiler.check.budget import DEFAULT_DELTA_SHARE, budget_item, budget_of, lost_budget, small_delta, weak
from synthc.compiler.graph.privacy_document import train_share
from synthc.compiler.program import Thing
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Label, error


def people_of(source: Thing) -> dict[str, Any]:
    """Return what a node says of the people of a private source."""
    s = source.settings
    return {
        "people": s["people"],
        "population": s["population"] or s["simulate"],
        "population_is": "simulated" if s["simulate"] else "declared",
        "train_share": train_share(s["split"]),
        "draw": s["draw"],
    }


def declared_here(source: Thing) -> tuple[Label, ...]:
    """Return the label of a finding that speaks of the people."""
    return (Label(span=source.span, text="the people are declared here"),)


def promise(named: syntax.Identifier, source: Thing, scope: Scope) -> PeopleBudget | None:
    """Return the budget that the mechanism of a declaration is charged to, None after reporting what is missing or wrong."""
    name, span, population = named.name, named.span, people_of(source)["population"]
    here = declared_here(source)
    if population is None:
        scope.report(error("missing-population", f"the noise of `{name}` rests on how many people there are, and `{source.name}` does not say", span, labels=here, help="add `population = N` to the source, or pretend one with `simulate = N`"))
        return None
    budget = budget_of(source, scope)
    if budget is None:
        # One that is there and wrong is reported where it stands.
        if budget_item(source, scope) is None and not lost_budget(scope):
            mend = f"add `budget {source.name} {{ epsilon = 8, delta = {small_delta(population)} }}`"
            scope.report(error("missing-budget", f"`{source.name}` stands under a mechanism and has no budget", span, labels=here, help=mend))
        return None
    # A delta that is too large is reported where it stands.
    return None if weak(budget, population) else budget


def own_delta(written: float | None, budget: PeopleBudget) -> float:
    """Return the delta at which a mechanism is solved: its own, else a tenth of the budget's."""
    return written if written is not None else budget.delta * DEFAULT_DELTA_SHARE
