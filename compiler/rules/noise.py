"""How long the noise of a federation is beside what it may learn, without asking the accountant.

The noise that an epsilon needs is estimated by the central limit theorem for Gaussian differential privacy
(Bu et al. 2019). That is up to two fifths too low where there is little of it, so that what is called hopeless is so.
What a run promises comes from the accountant alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from synthc.compiler.catalog.model import size_of
from synthc.compiler.graph.spending import errors, squared_sensitivity, with_matrix
from synthc.compiler.program import Thing
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.source import Span

MARGIN = 1.6
"""What makes up for an estimate that is too low, where a cohort is to be large enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """What decides about the noise; `noise` is a multiple of the clip, None where an epsilon is asked for.

    `answering` is the share of a cohort whose updates are added up where devices are absent or a round is closed
    early: the noise is that of the whole cohort.

    Where the noise of rounds is correlated, `moved` is how far one user moves all of them, `spread` the noise on
    their sum as a multiple of what independent noise would add up to, and `separation` how many cohorts have
    nobody in common; for independent noise they are None, 1 and 1.
    """

    model: Span
    parameters: int
    cohort: int
    users: float
    rounds: int
    epsilon: float
    delta: float
    noise: float | None
    answering: float = 1.0
    moved: float | None = None
    spread: float = 1.0
    separation: int = 1

    @property
    def ratio(self) -> float:
        """The length of the noise on the sum of a round, over that of the longest sum of updates; of what noise adds up to where rounds are correlated."""
        noise = self.noise or (
            self.moved / _mu(self.epsilon, self.delta) if self.moved else estimated(self.epsilon, self.delta, self.cohort / self.users, self.rounds)
        )
        return noise * self.spread * math.sqrt(self.parameters) / (self.cohort * self.answering)


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """The model that a training begins from in the end, and how many numbers it learns where its vocabulary is full."""

    span: Span
    parameters: int


def tuned_model(item: syntax.Declaration, scope: Scope) -> Model | None:
    """Return the model of a federation, None where it is not known or its package does not tell its size."""
    made = _architecture(item, scope)
    size = size_of(made[0].settings, made[1].settings) if made is not None else None
    return Model(span=made[0].span, parameters=size.parameters) if made is not None and size is not None else None


def tuning(item: syntax.Declaration, scope: Scope) -> Tuning | None:
    """Return what is known of a federation, None for anything else and for one without a mechanism."""
    thing = scope.program.thing(scope, item) if item.kind.name == "federate" else None
    dp = thing.settings["dp"] if thing is not None else None
    model = tuned_model(item, scope) if dp is not None else None
    if thing is None or dp is None or model is None:
        return None
    settings = thing.settings
    return Tuning(
        model=model.span,
        parameters=model.parameters,
        cohort=settings["cohort"],
        users=settings["population"] * settings["train_share"],
        rounds=dp.get("rounds", settings["rounds"]),
        epsilon=dp["epsilon"],
        delta=dp["delta"],
        noise=dp["noise"],
        answering=min(1 - settings["dropout"], (settings["report_goal"] or settings["cohort"]) / settings["cohort"]),
        **(_correlated(dp, settings["rounds"]) if "separation" in dp else {}),
    )


def _correlated(dp: Mapping[str, Any], rounds: int) -> dict[str, Any]:
    known = with_matrix(dp, rounds)
    return {"moved": math.sqrt(squared_sensitivity(known, rounds)), "spread": max(errors(known, rounds)) / math.sqrt(rounds), "separation": known["separation"]}


def needed(found: Tuning) -> int | None:
    """Return the smallest cohort, rounded up to two digits, whose noise is no longer than the clip."""
    cohort, most = found.cohort, 1 if found.noise or found.moved else 1 / MARGIN
    while cohort <= found.users / found.separation:
        if replace(found, cohort=cohort).ratio <= most:
            step = 10 ** max(0, len(str(cohort)) - 2)
            rounded = -(-cohort // step) * step
            return rounded if rounded <= found.users / found.separation else None
        cohort = math.ceil(cohort * 1.05)
    return None


def _architecture(item: syntax.Declaration, scope: Scope) -> tuple[Thing, Thing] | None:
    """Return the model that a training begins from in the end, and its vocabulary."""
    declared: syntax.Declaration | syntax.Prompt = item
    while isinstance(declared, syntax.Declaration) and declared.kind.name in {"pretrain", "federate", "model"}:
        value = declared.value
        last = declared.kind.name == "model"
        if last and isinstance(value, syntax.Call) and value.arguments:
            value = value.arguments[0].value
        found = scope.find(value) if isinstance(value, syntax.Name | syntax.Field) else None
        if found is None:
            return None
        if last:
            model, vocab = scope.program.thing(scope, declared), scope.program.thing(*found)
            return (model, vocab) if model is not None and vocab is not None else None
        scope, declared = found
    return None


def estimated(epsilon: float, delta: float, sampling: float, rounds: int) -> float:
    """Return about the noise that an epsilon needs.

    >>> round(estimated(2.0, 1e-6, 1.0, 10), 1)
    7.1
    """
    mu = _mu(epsilon, delta)
    if sampling >= 1:
        return math.sqrt(rounds) / mu
    return 1 / math.sqrt(math.log1p((mu / (sampling * math.sqrt(rounds))) ** 2))


def _mu(epsilon: float, delta: float) -> float:
    """Return the largest mu of Gaussian differential privacy that keeps within epsilon and delta."""
    low, high = 1e-12, 40.0
    for _ in range(60):
        middle = math.sqrt(low * high)
        low, high = (low, middle) if _delta(epsilon, middle) > delta else (middle, high)
    return low


def _delta(epsilon: float, mu: float) -> float:
    tail = _below(-epsilon / mu - mu / 2)
    return _below(-epsilon / mu + mu / 2) - (math.exp(epsilon + math.log(tail)) if tail > 0 else 0.0)


def _below(x: float) -> float:
    return math.erfc(-x / math.sqrt(2)) / 2
