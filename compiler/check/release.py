"""One release of a statistic: what its one round of Gaussian noise rests on, whatever is summed."""

from __future__ import annotations

import math
from typing import Any

from synthc.compiler.catalog.mechanisms.gaussian import Gaussian
from synthc.compiler.catalog.metrics.next_word import Bounded
from synthc.compiler.check.promise import declared_here, own_delta, people_of, promise
from synthc.compiler.check.references import behind, clause
from synthc.compiler.graph.accounting import SubsampledGaussian, epsilon
from synthc.compiler.graph.answers import NotYet
from synthc.compiler.program import Thing
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import error


def rows_of_train(declared: syntax.Declaration, scope: Scope) -> Thing | None:
    """Return the rows behind `over` without a part: what learns from people reads `train`."""
    written = clause(declared, "over")
    if isinstance(written, syntax.Field) and isinstance(written.of, syntax.Name | syntax.Field) and scope.find(written) is None and scope.find(written.of):
        kind = {"federate": "a federation", "measure": "a measure"}[declared.kind.name]
        scope.report(error("unknown-part", f"{kind} reads `train`, and the other parts are for evaluation", written.name.span, help=f"write `over {written.of.span.text}`"))
        return None
    return behind(declared, "over", scope)


def released(named: syntax.Identifier, dp: Gaussian | Bounded, source: Thing, scope: Scope, *, clip: float, cohort: int | None = None, share: float | None = None) -> dict[str, Any] | None:
    """Return the mechanism of one release over a share of the people (those who train if None), None after a report.

    `clip` bounds the L2 norm of what one user adds. Without a `cohort` all take part.
    """
    people, budget = people_of(source), promise(named, source, scope)
    if budget is None:
        return None
    there = people["population"] * (people["train_share"] if share is None else share)
    expected = round(there) if cohort is None else cohort
    if expected > max(1, round(there)):
        scope.report(error("cohort-too-large", f"a cohort of {expected:,} is more than the {there:,.0f} users that are there", named.span, labels=declared_here(source)))
        return None
    sampling, delta = 1.0 if cohort is None else min(1.0, expected / there), own_delta(dp.delta, budget)
    return {
        "rounds": 1,
        "cohort": max(1, expected),
        "dp": {
            "mechanism": "gaussian",
            "clip": clip,
            "noise": dp.noise,
            "epsilon": dp.epsilon if dp.noise is None else _spent(sampling, dp.noise, delta),
            "delta": delta,
            "sampling": sampling,
            "asked": "noise" if dp.noise is not None else "epsilon",
        },
    }


def _spent(sampling: float, noise: float, delta: float) -> float:
    try:
        return epsilon([SubsampledGaussian(sampling=sampling, noise=noise, rounds=1)], delta)
    except NotYet:
        return math.nan
