"""`budget users { epsilon = 8, delta = 1e-10 }`: what may be spent, and whether it is enough."""

from __future__ import annotations

from difflib import get_close_matches
from functools import partial
from typing import Any

from synthc.compiler.catalog.budgets import CallBudget, PeopleBudget
from synthc.compiler.check.references import named
from synthc.compiler.graph.accounting import epsilon
from synthc.compiler.graph.answers import NotYet
from synthc.compiler.graph.spending import ADJACENCY, adjacencies, event, solved
from synthc.compiler.program import Program, Thing
from synthc.compiler.scope import Scope
from synthc.compiler.settings import M, read_settings
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Edit, Fix, Label, Safety, error
from synthc.dsl.source import Span

DEFAULT_DELTA_SHARE = 0.1
"""The share of a budget's delta at which a mechanism is solved if it does not say its own."""


def check_budgets(program: Program) -> dict[str, dict[str, Any]]:
    """Return the budgets of a program by the name of what they limit."""
    scope = program.scope(program.main)
    budgets: dict[str, dict[str, Any]] = {}
    for item in _budgets(program):
        found = program.once("budget", item, scope, partial(_budget, item, scope))
        if found is not None:
            budgets.setdefault(*found)
    scope.all_once([(item.about.span.text, item.about.span) for item in _budgets(program)], "the budget of")
    return budgets


def _budget(item: syntax.Budget, scope: Scope) -> tuple[str, dict[str, Any]] | None:
    """Return the name of what a budget limits, and the budget."""
    thing = named(item.about, ("rows", "endpoint"), scope, item.span)
    if thing is None:
        return None
    if thing.thing == "rows" and (thing.kind != "source" or "people" not in thing.settings or not thing.settings["people"]):
        scope.report(error("wrong-kind", f"a budget limits a private source or an endpoint, and `{thing.name}` is neither", item.about.span))
        return None
    model: type[PeopleBudget | CallBudget] = CallBudget if thing.thing == "endpoint" else PeopleBudget
    if model is PeopleBudget and not any(entry.name.name == "delta" for entry in item.settings.entries):
        scope.report(_missing_delta(item, thing))
        return None
    read = _read(model, item, scope)
    population = thing.settings.get("population") or thing.settings.get("simulate")
    if isinstance(read, PeopleBudget) and population is not None and weak(read, population):
        scope.report(_weak_delta(item, read, thing, population))
    return None if read is None else (thing.name, read.model_dump())


def weak(budget: PeopleBudget, population: int) -> bool:
    """Whether a delta is so large that it would let one of so many people down."""
    return budget.delta >= 1 / (10 * population)


def _weak_delta(item: syntax.Budget, budget: PeopleBudget, source: Thing, population: int) -> Diagnostic:
    at = next(entry.value.span for entry in item.settings.entries if isinstance(entry, syntax.Setting) and entry.name.name == "delta")
    said = small_delta(population)
    fix = Fix(title=f"write `{said}`", edits=(Edit(span=at, text=said),), safety=Safety.UNSAFE)
    labels = (Label(span=source.span, text="the people are declared here"),)
    message = f"a delta of {budget.delta:.3g} is too large for {population:,} people"
    return error("weak-delta", message, at, labels=labels, help=f"it must stay below 1 / (10 x population), here {1 / (10 * population):.3g}", fix=fix)


def _missing_delta(item: syntax.Budget, source: Thing) -> Diagnostic:
    """Return the error for a budget that says no delta, with one that is small enough for its people."""
    population = source.settings["population"] or source.settings["simulate"]
    if population is None or not item.settings.entries:
        return error("missing-setting", "`delta` is missing", item.about.span, help="add `delta = ...`, below 1 / (10 x population)")
    written, last = f"delta = {small_delta(population)}", item.settings.entries[-1].span
    line = "\n  " if "\n" in item.settings.span.text else ", "
    fix = Fix(title=f"add `{written}`", edits=(Edit(span=last.source.span(last.end, last.end), text=line + written),), safety=Safety.UNSAFE)
    labels = (Label(span=source.span, text=f"{population:,} people"),)
    return error("missing-setting", "`delta` is missing", item.about.span, labels=labels, help=f"add `{written}`, below 1 / (10 x population)", fix=fix)


def small_delta(population: int) -> str:
    """Return the largest power of ten below 1 / (10 x population).

    >>> small_delta(1_000_000), small_delta(5_000_000)
    ('1e-8', '1e-8')
    """
    return f"1e-{len(str(10 * population))}"


def _read(model: type[M], item: syntax.Budget, scope: Scope) -> M | None:
    return read_settings(model, item.settings, scope, owner=syntax.Identifier(span=item.about.span, name=item.about.span.text))


def budget_of(source: Thing, scope: Scope) -> PeopleBudget | None:
    """Return the budget of a private source as written, None if it has none or a wrong one."""
    item = budget_item(source, scope)
    if item is None:
        return None
    quiet = len(scope.program.diagnostics)
    read = _read(PeopleBudget, item, scope.program.scope(scope.program.main))
    del scope.program.diagnostics[quiet:]
    return read


def budget_item(source: Thing, scope: Scope) -> syntax.Budget | None:
    """Return what is written as the budget of a private source."""
    main = scope.program.scope(scope.program.main)
    budgets: tuple[syntax.Budget, ...] = scope.program.look(_budgets)
    for item in budgets:
        found = main.find(item.about)
        thing = found and scope.program.thing(*found)
        if thing and thing.name == source.name:
            return item
    return None


def lost_budget(scope: Scope) -> bool:
    """Whether a budget cannot be read or is of nothing that is declared: it may be the one that is missed."""
    main = scope.program.scope(scope.program.main)
    budgets: tuple[syntax.Budget, ...] = scope.program.look(_budgets)
    return scope.program.look(_misspelled_budget) or any(main.find(item.about) is None for item in budgets)


def _misspelled_budget(program: Program) -> bool:
    for piece in program.main.syntax.pieces:
        words = [piece.first.text]
        if isinstance(piece.item, syntax.Declaration):
            words += [piece.item.name.name] if piece.item.value is None else []
        elif piece.item is not None:
            continue
        if any(get_close_matches(word, ["budget"]) for word in words):
            return True
    return False


def _budgets(program: Program) -> tuple[syntax.Budget, ...]:
    return program.main.budgets


def check_spending(program: Program, budgets: dict[str, dict[str, Any]]) -> None:
    """Report people whose mechanisms together spend more than their budget."""
    tuned = [thing for thing in program.all_things() if thing.settings.get("dp")]
    people: dict[str, list[Thing]] = {}
    for thing in tuned:
        people.setdefault(thing.settings["people"], []).append(thing)
    for who, mechanisms in people.items():
        if not _alike(program, mechanisms):
            continue
        sources = sorted(thing.name for thing in program.all_things() if thing.kind == "source" and thing.settings["people"] == who)
        found = [(budgets[name], name) for name in sources if name in budgets]
        for budget, name in sorted(found, key=lambda one: (one[0]["epsilon"], one[0]["delta"], one[1])):
            if not _keep_within(program, mechanisms, budget, name):
                break


def _alike(program: Program, mechanisms: list[Thing]) -> bool:
    """Refuse people who are more in one source than in another, and mechanisms whose promises do not compose."""
    first = mechanisms[0]
    for index, thing in enumerate(mechanisms[1:], 1):
        if any(thing.settings[key] != first.settings[key] for key in ("population", "population_is")):
            labels = (Label(span=first.span, text=f"{first.settings['population']:,} people, {first.settings['population_is']}"),)
            message = f"`{thing.settings['people']}` are {thing.settings['population']:,} people here, {thing.settings['population_is']}, and {first.settings['population']:,} elsewhere, {first.settings['population_is']}"
            program.diagnostics.append(error("unlike-people", message, thing.span, labels=labels, help="say the same `population` at all sources of the same `people`"))
            return False
        other = next((one for one in mechanisms[:index] if not adjacencies(one.settings["dp"]) & adjacencies(thing.settings["dp"])), None)
        if other is not None:
            here, there = (one.settings["dp"]["mechanism"] for one in (thing, other))
            labels = (Label(span=other.span, text=f"the adjacency of `{there}` is {ADJACENCY[there]}"),)
            mend = "leave `cohort` out: what is counted of everybody goes with both" if thing.kind == "measure" else "tune both under mechanisms of one adjacency: `gaussian`, or `tree`, `blt` and `banded`"
            message = f"`{here}` and `{there}` promise different things to `{thing.settings['people']}`: {ADJACENCY[here]} and {ADJACENCY[there]}"
            program.diagnostics.append(error("unlike-mechanisms", message, thing.span, labels=labels, help=mend))
            return False
    return True


def _keep_within(program: Program, mechanisms: list[Thing], budget: dict[str, Any], source: str) -> bool:
    """Return whether mechanisms keep within the budget of a source, False after reporting that they do not."""
    dps = [thing.settings["dp"] for thing in mechanisms]
    who = f"`{mechanisms[0].name}` spends" if len(mechanisms) == 1 else "these mechanisms together spend"

    def over(what: str, message: str, mend: str) -> bool:
        spent = zip(mechanisms, dps, strict=True)
        labels = tuple(Label(span=thing.span, text=f"`{thing.name}` spends epsilon {_number(dp['epsilon'])} at a delta of {dp['delta']:.3g}") for thing, dp in spent)
        program.diagnostics.append(error("over-budget", f"{who} {message}", _limit(program, source, what), labels=labels, help=mend))
        return False

    deltas = sum(dp["delta"] for dp in dps)
    if deltas > budget["delta"] * (1 + 1e-9):
        return over("delta", f"a delta of {deltas:.3g}, and the budget has {budget['delta']:.3g}", "give them smaller deltas")
    if sum(dp["epsilon"] for dp in dps) <= budget["epsilon"] * (1 + 1e-9):
        return True
    try:
        spent = epsilon([event(carried_out(thing), thing.settings["rounds"]) for thing in mechanisms], budget["delta"])
    except NotYet:
        return True
    except Unsolved as problem:
        program.diagnostics.append(error("unreachable-epsilon", str(problem), problem.tuned.span))
        return False
    if spent > budget["epsilon"]:
        return over("epsilon", f"epsilon {_number(spent)} at the budget's delta, and it has {_number(budget['epsilon'])}", "ask for a smaller epsilon, tune fewer models, or raise the budget")
    return True


def _limit(program: Program, source: str, setting: str) -> Span:
    """Return where the budget of a source says how much there is."""
    main = program.scope(program.main)
    for item in _budgets(program):
        thing = (found := main.find(item.about)) and program.thing(*found)
        if thing and thing.name == source:
            return next((entry.value.span for entry in item.settings.entries if isinstance(entry, syntax.Setting) and entry.name.name == setting), item.about.span)
    raise AssertionError(f"`{source}` has a budget that is written nowhere")


class Unsolved(Exception):
    """Raised for a federation whose epsilon no noise reaches."""

    def __init__(self, tuned: Thing, why: str) -> None:
        """Take the federation and the reason."""
        super().__init__(why)
        self.tuned = tuned


def carried_out(tuned: Thing) -> dict[str, Any]:
    """Return the mechanism of a federation with all that it is carried out by, its noise solved where an epsilon was asked.

    Raises:
        Unsolved: no noise reaches the epsilon.
    """
    try:
        return solved(tuned.settings["dp"], tuned.settings["rounds"])
    except ValueError as problem:
        raise Unsolved(tuned, str(problem)) from None


def _number(value: float) -> str:
    return f"{value:.4g}"
