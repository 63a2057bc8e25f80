"""What people spend, as sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def ledger_lines(privacy: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Yield lines about each private source: what it spends in all, and mechanism by mechanism."""
    for name, source in privacy.items():
        yield f"privacy of `{name}` (people `{source['people']}`): {_total(source)}"
        for mechanism in source["mechanisms"]:
            yield f"  {_mechanism(mechanism)}"
        if source.get("lifetime_epsilon") is not None:
            yield f"  over their lifetime, this run included: epsilon {_short(source['lifetime_epsilon'])}{_of(source)}"


def _total(source: Mapping[str, Any]) -> str:
    if not source["mechanisms"]:
        return "nothing is spent"
    if source.get("noise_generator") == "seeded":
        return "not private, for the noise came from a seed"
    if source["epsilon"] is None:
        return "not private, for a federation adds no noise or there is no budget to count by"
    spent = f"epsilon {_short(source['epsilon'])}{_of(source)} at delta {source['delta']:g}"
    population = f"{source['population']:,}" if source["population"] else "an unknown number"
    if source["population_is"] == "simulated":
        return f"{spent}; pretended {population}, true users not protected"
    return f"{spent}; population {population}"


def _of(source: Mapping[str, Any]) -> str:
    budget = (source.get("budget") or {}).get("epsilon")
    return f" of {_short(budget)}" if budget is not None else ""


def _mechanism(of: Mapping[str, Any]) -> str:
    rounds = of.get("rounds_charged")
    told = f"{of['rounds_planned']:,} rounds" if rounds in {None, of["rounds_planned"]} else f"{rounds:,} of {of['rounds_planned']:,} rounds"
    rate = of.get("q", of.get("sampling"))
    return (
        f"{of['node']}: {of['mechanism']}, clip {of['clip']:g}, noise {of['noise']:g}, {told} of about {of['expected_cohort']:,} people"
        f" (each with a chance of {rate:.3g}), epsilon {_short(of['epsilon'])} at delta {of['delta']:g}"
    )


def _short(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.3g}"
