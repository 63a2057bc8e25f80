"""What people spend, as sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from synthc.compiler.graph.accounting import round_up


def ledger_lines(privacy: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Yield lines about each private source: what it spends in all, and mechanism by mechanism."""
    for name, source in privacy.items():
        yield f"privacy of `{name}` (people `{source['people']}`): {_total(source)}"
        for mechanism in source["mechanisms"]:
            yield f"  {_mechanism(mechanism, charged=source['population_is'] != 'simulated')}"
        if below_a_part(source):
            yield "  each epsilon is told at the delta beside it: the whole, at a larger one, may be below a part"
        if source.get("lifetime_epsilon") is not None:
            after = source.get("lifetime_epsilon_after")
            more = "" if after is None else f"; with this run at most {_short(after)}"
            yield f"  spent on these people over all runs of this project: epsilon {_short(source['lifetime_epsilon'])}{more}{_of(source)}"


def below_a_part(source: Mapping[str, Any]) -> bool:
    """Whether the epsilon of all mechanisms is below that of one of them, which is told at a smaller delta."""
    return source["epsilon"] is not None and any(of["epsilon"] > source["epsilon"] and of["delta"] < source["delta"] for of in source["mechanisms"])


def _total(source: Mapping[str, Any]) -> str:
    breaches = [text for text in source["assumptions"] if text.startswith("not private")]
    if breaches:
        return "; ".join(breaches)
    if not source["mechanisms"]:
        return "nothing is spent"
    if source["epsilon"] is None:
        return "there is no budget to count by"
    spent = f"epsilon {_short(source['epsilon'])}{_of(source)} at delta {source['delta']:g}"
    population = f"{source['population']:,}" if source["population"] else "unknown"
    if source["population_is"] == "simulated":
        return f"{spent}; pretended {population}, true users not protected"
    return f"{spent}; population {population}, as declared"


def _of(source: Mapping[str, Any]) -> str:
    budget = (source.get("budget") or {}).get("epsilon")
    return f" of {_short(budget)}" if budget is not None else ""


def _mechanism(of: Mapping[str, Any], *, charged: bool) -> str:
    if of.get("search"):
        search = of["search"]
        return (
            f"{of['node']}: search, clip {_clip(of)}, noise {of['noise']:g}, about {search['tries']:g} tries of {search['rounds_of_a_try']:,} round{'s' * (search['rounds_of_a_try'] != 1)}"
            f" of {_people(of)}, scores with noise {search['score_noise']:g}, epsilon {_short(of['epsilon'])} at delta {of['delta']:g}"
        )
    rounds = of.get("rounds_charged") if charged else None  # a simulation charges nobody
    planned = f"{of['rounds_planned']:,} round{'s' * (of['rounds_planned'] != 1)}"
    told = planned if rounds in {None, of["rounds_planned"]} else f"{rounds:,} of {planned}"
    return (
        f"{of['node']}: {of['mechanism']}, clip {_clip(of)}, noise {of['noise']:g}, {told} of {_people(of)}, epsilon {_short(of['epsilon'])} at delta {of['delta']:g}"
    )


def _clip(of: Mapping[str, Any]) -> str:
    if of.get("adaptive"):
        return f"from {of['clip']:g} on until {of['adaptive']['quantile']:.0%} fit"
    return f"{of['clip']:g}" + (f" ({of['numbers']} numbers of at most 1/2 each)" if of.get("numbers") else "")


def _people(of: Mapping[str, Any]) -> str:
    """Return how many take part in a round, and how they are drawn."""
    if of["separation"] is None and of["q"] == 1:
        return f"all {of['expected_cohort']:,} people"
    about = f"about {of['expected_cohort']:,} people"
    if of["separation"] is None:
        return f"{about} (each with a chance of {of['q']:.3g})"
    often = "once" if of["max_participation"] == 1 else f"at most {of['max_participation']:,} times"
    return f"{about} (nobody again before {of['separation']:,} round{'s are' if of['separation'] != 1 else ' is'} over, so {often})"


def _short(value: float | None) -> str:
    """Return three digits, rounded up as in the report, for a bound stays one."""
    return "unknown" if value is None else f"{round_up(value, 3):.3g}"
