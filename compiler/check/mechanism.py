"""The `dp` of a federation: what its noise rests on, and whether the mechanism fits the rounds and the people."""

from __future__ import annotations

import math
from typing import Any

from synthc.compiler.catalog.mechanisms.adaptive import Adaptive, FederatedGaussian
from synthc.compiler.catalog.noisy import Noisy
from synthc.compiler.catalog.separated import Separated
from synthc.compiler.catalog.trainers.federate import Federate
from synthc.compiler.check.promise import declared_here, own_delta, people_of, promise
from synthc.compiler.graph.accounting import epsilon
from synthc.compiler.graph.answers import NotYet
from synthc.compiler.graph.spending import event, solved
from synthc.compiler.program import Thing
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import error

COUNT_NOISE_SHARE = 1 / 20
"""The noise on the count of updates that fit, as a share of the cohort, as Andrew et al. 2021 have it."""


def mechanism(declared: syntax.Declaration, settings: Federate, source: Thing, scope: Scope) -> dict[str, Any] | None:
    """Return the mechanism as a node has it, its noise not solved for yet, or None after reporting what is wrong."""
    budget = promise(declared.name, source, scope)
    own = _own(declared, settings, source, scope) if budget is not None else None
    if budget is None or own is None:
        return None
    dp: Noisy = settings.dp
    known = {
        "mechanism": dp.called,
        "clip": dp.clip.initial if isinstance(dp.clip, Adaptive) else dp.clip,
        "noise": dp.noise,
        "epsilon": dp.epsilon,
        "delta": own_delta(dp.delta, budget),
        **own,
        "asked": "noise" if dp.noise is not None else "epsilon",
    }
    if dp.noise is not None:
        try:
            known["epsilon"] = epsilon([event(solved(known, settings.rounds), settings.rounds)], known["delta"])
        except NotYet:
            known["epsilon"] = math.nan
        except ValueError as problem:
            scope.report(error("unreachable-epsilon", str(problem), declared.name.span))
            return None
    return known


def _own(declared: syntax.Declaration, settings: Federate, source: Thing, scope: Scope) -> dict[str, Any] | None:
    """Return what is a mechanism's own, checked against the rounds and the people."""
    dp, span, people = settings.dp, declared.name.span, people_of(source)
    users = people["population"] * people["train_share"]
    if isinstance(dp, FederatedGaussian):
        if settings.cohort > users:
            scope.report(error("cohort-too-large", f"a cohort of {settings.cohort:,} is more than the {users:,.0f} users that train", span, labels=declared_here(source)))
            return None
        return {"sampling": settings.cohort / users, **_adaptive(dp.clip, settings.cohort)}
    assert isinstance(dp, Separated)
    separated = min(dp.separation, settings.rounds)
    if settings.cohort * separated > users:
        message = f"cohorts of {settings.cohort:,} in each of {separated:,} rounds, all of other people, are more than the {users:,.0f} users that train"
        apart, together = int(users / settings.cohort), int(users / separated)
        ways = [f"a cohort of at most {together:,}" if together else "", f"a `separation` of at most {apart:,}" if apart else ""]
        mend = f"take {' or '.join(way for way in ways if way)}" if any(ways) else f"there are too few people for {separated:,} rounds apart; take a smaller `separation` and a smaller cohort"
        scope.report(error("cohort-too-large", message, span, labels=declared_here(source), help=mend))
        return None
    for name in ("separation", "restart"):
        value = getattr(dp, name, None)
        if value is not None and value > settings.rounds:
            mend = f"write `{name} = {settings.rounds}`" if name == "separation" else "leave it out"
            scope.report(error("useless-setting", f"a `{name}` of {value:,} is more than all {settings.rounds:,} rounds of `{declared.name.name}`", span, help=mend))
            return None
    return {key: value for key, value in dp.model_dump().items() if key not in Noisy.model_fields}


def _adaptive(clip: Adaptive | float, cohort: int) -> dict[str, Any]:
    if not isinstance(clip, Adaptive):
        return {}
    count_noise = clip.count_noise if clip.count_noise is not None else cohort * COUNT_NOISE_SHARE
    return {"adaptive": {"quantile": clip.quantile, "rate": clip.rate, "count_noise": count_noise}}
