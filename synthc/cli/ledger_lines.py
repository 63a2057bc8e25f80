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
        if source.get("lifetime_epsilon") is not None:
            after = source.get("lifetime_epsilon_after")
            more = "" if after is None else f"; with this run at most {_short(after)}"
            yield f"  spent on these people over all runs of this project: epsilon {_short(source['lifetime_epsilon'])}{more}{_of(source)}"


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
            f"{of['node']}: search, clip {_clip(of)}, noise {of['noise']:g}, about {search['tries']:g} tries of {search['rounds_of_a_try']:,} rounds of about {of['expected_cohort']:,} people"
            f" (each with a chance of {of['q']:.3g}), scores with noise {search['score_noise']:g}, epsilon {_short(of['epsilon'])} at delta {of['delta']:g}"
        )
    rounds = of.get("rounds_charged") if charged else None  # a simulation charges nobody
    told = f"{of['rounds_planned']:,} rounds" if rounds in {None, of["rounds_planned"]} else f"{rounds:,} of {of['rounds_planned']:,} rounds"
    return (
        f"{of['node']}: {of['mechanism']}, clip {_clip(of)}, noise {of['noise']:g}, {told} of about {of['expected_cohort']:,} people"
        f" ({_drawn(of)}), epsilon {_short(of['epsilon'])} at delta {of['delta']:g}"
    )


def _clip(of: Mapping[str, Any]) -> str:
    return f"from {of['clip']:g} on until {of['adaptive']['quantile']:.0%} fit" if of.get("adaptive") else f"{of['clip']:g}"


def _drawn(of: Mapping[str, Any]) -> str:
    if of["separation"] is None:
        return f"each with a chance of {of['q']:.3g}"
    return f"nobody again before {of['separation']:,} rounds are over, so at most {of['max_participation']:,} times"


def _short(value: float | None) -> str:
    """Return three digits, rounded up as in the report, for a bound stays one."""
    return "unknown" if value is None else f"{round_up(value, 3):.3g}"
