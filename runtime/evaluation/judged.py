"""What judging a model comes to, whatever the metric: numbers of all users together, and those of each that are compared.

A metric of another package counts for each message what a model got right and what there was. Adding up by user, shares and
intervals are ours, so that they mean the same for every metric.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from synthc.runtime.context import Context
from synthc.runtime.door import carried_out
from synthc.runtime.errors import InputError
from synthc.runtime.evaluation.people import Messages

GROUP = "synthc.judges"
"""Entry points of this group lead to what counts: given a `Trained`, the messages and the metric's own settings, for each number two rows, right_M and there_M."""
Vector = NDArray[np.float64]


class Judged(Protocol):
    """One model, judged."""

    def metrics(self) -> dict[str, float]:
        """Return all numbers by name, first the one that is compared."""
        ...

    def compared(self) -> tuple[Vector, Vector]:
        """Return for each user what was right and what there was, of the number that is compared."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """right_U and there_U of each number, for U users."""

    counts: Mapping[str, tuple[Vector, Vector]]

    def metrics(self) -> dict[str, float]:
        """Return each number over all users together, and how many they are."""
        found = {name: float(right.sum() / max(1.0, there.sum())) for name, (right, there) in self.counts.items()}
        return {**found, "users": float(len(self.compared()[0]))}

    def compared(self) -> tuple[Vector, Vector]:
        """Return the counts of the first number."""
        return next(iter(self.counts.values()))


def judge(context: Context, trained: Any, judges: Messages) -> Shares:
    """Judge a model by the metric of another package.

    Raises:
        InputError: nobody here has it, or what it counts is no share of each message.
    """
    settings, place = context.node.settings, context.node.place
    told = carried_out(GROUP, settings["metric"], place)(trained, judges.messages, settings["own"])
    counts = {}
    for name in settings["numbers"]:
        if name not in told:
            raise InputError(f"{place}: `{settings['metric']}` counted no `{name}`, which its package promises")
        right, there = (np.asarray(side, np.float64) for side in told[name])
        if right.shape != there.shape or right.shape != (len(judges.messages),) or not ((right >= 0) & (right <= there) & np.isfinite(there)).all():
            raise InputError(f"{place}: `{settings['metric']}` counts `{name}` wrongly: for each message it takes what was right, from 0 to what there was, and what there was")
        counts[name] = (_by_user(right, judges), _by_user(there, judges))
    return Shares(counts=counts)


def _by_user(counted: Vector, judges: Messages) -> Vector:
    return np.bincount(judges.users, counted, judges.number).astype(np.float64)
