"""Accuracies over private people, released with noise: means over users, pairs, and intervals that know both.

A user adds a - 1/2 for each accuracy a of their own, d^2 - 1/2 for each pair, where d is the
difference of their two accuracies, and 1/2 to the count of users. Each number lies in
[-1/2, 1/2], so that K of them are at most sqrt(K)/2 long in L2, whatever anybody typed. Means are the
noised sums over the noised count. An interval adds the variance of the noise to that of the users who
happened to be there; the latter is bounded from what is released: by m(1 - m) for a mean m of numbers
in [0, 1] (Bhatia and Davis 2000), m drawn towards 1/2 by four users more (Agresti and Coull 1998), and by the released mean of d^2 for a pair.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from synthc.runtime.context import Context
from synthc.runtime.evaluation.next_word import Counts
from synthc.runtime.federated.dp.mechanism import drawn_users
from synthc.runtime.federated.release import Contributions, release

HITS = {"top1_macro": "hits1", "top3_macro": "hits3"}
HALF = 0.5
NORMAL_95 = 1.959964


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A noised mean, and the standard deviation of what it tells about people like these."""

    mean: float
    deviation: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Noised sums over users with what is known of their noise.

    `deviation` is that of the noise on each sum, `users` the noised count. `seen` is how many users the
    numbers rest on: as many, but fewer where a pretended population stands for those who were found.
    """

    values: NDArray[np.float64]
    deviation: float
    users: float
    seen: float

    def mean(self, index: int, low: float, high: float) -> Estimate:
        """Return the mean of one number over users, whose noise is that of the sum and of the count."""
        centred = self.values[index] / self.users
        mean = float(np.clip(centred + HALF, low, high))
        noise = self.deviation * sqrt(1 + (centred / HALF) ** 2) / self.users
        return Estimate(mean=mean, deviation=noise)

    def accuracy(self, index: int) -> Estimate:
        """Return a mean accuracy."""
        found = self.mean(index, 0.0, 1.0)
        # That of the mean itself would be 0 at 0, as if so few users could not have been all wrong by chance.
        seen = self.seen + NORMAL_95**2
        mean = (found.mean * self.seen + NORMAL_95**2 / 2) / seen
        return Estimate(mean=found.mean, deviation=sqrt(found.deviation**2 + mean * (1 - mean) / seen))

    def difference(self, left: int, right: int, squares: int) -> Estimate:
        """Return the mean difference of two accuracies of the same users."""
        between = float(self.values[left] - self.values[right]) / self.users
        square = self.mean(squares, 0.0, 1.0)
        spread = max(0.0, min(1.0, square.mean + 2 * square.deviation) - between**2)
        noise = self.deviation * sqrt(2 + (between / HALF) ** 2) / self.users
        return Estimate(mean=between, deviation=sqrt(noise**2 + spread / self.seen))


def released(context: Context, counts: Mapping[str, Sequence[Counts]]) -> dict[str, Any]:
    """Release the accuracies of an evaluate node under its mechanism; what stands in `models` and `pairs`."""
    settings = context.node.settings
    metrics, names = settings["metrics"], list(counts)
    places = {(name, metric): index for index, (name, metric) in enumerate((n, m) for n in names for m in metrics)}
    pairs = [(left["node"], right["node"]) for left, right in settings["pairs"]]
    sums = _sums(context, contributions(counts, metrics, pairs))
    models = {name: {metric: _told(sums, places[name, metric]) for metric in metrics} for name in names}
    found = []
    for number, (left, right) in enumerate(pairs, len(places)):
        first, second = places[left, metrics[0]], places[right, metrics[0]]
        relative, interval = _relative(sums, first, second, number)
        absolute = sums.difference(first, second, number)
        half = NORMAL_95 * absolute.deviation
        between = {"difference": absolute.mean, "difference_interval": [max(-1.0, absolute.mean - half), min(1.0, absolute.mean + half)]}
        found.append({"model": left, "against": right, "metric": metrics[0], "relative": relative, "interval": interval, **between})
    flat = {name: {metric: told["mean"] for metric, told in of.items()} | {f"{metric}_interval": told["interval"] for metric, told in of.items()} for name, of in models.items()}
    return {"noised": True, "users": sums.seen, "models": {name: {**of, "seeds": len(counts[name])} for name, of in flat.items()}, "pairs": found}


def contributions(counts: Mapping[str, Sequence[Counts]], metrics: Sequence[str], pairs: Sequence[tuple[str, str]]) -> Contributions:
    """Return what each user adds; one without a word adds nothing. Seeds of a family are averaged per user."""
    words = next(iter(counts.values()))[0].column("words")
    own = {(name, metric): np.mean([c.column(HITS[metric]) / np.maximum(1.0, words) for c in family], axis=0) for name, family in counts.items() for metric in metrics}
    squares = [(own[left, metrics[0]] - own[right, metrics[0]]) ** 2 for left, right in pairs]
    columns = [*(own[name, metric] - HALF for name in counts for metric in metrics), *(square - HALF for square in squares), np.full(len(words), HALF)]
    values = np.where((words > 0)[:, None], np.stack(columns, axis=1), 0.0)
    return Contributions(values=sparse.csr_array(values), told={"with_words": float((words > 0).sum())})


def _sums(context: Context, adds: Contributions) -> Sums:
    settings = context.node.settings
    dp, cohort = settings["dp"], settings["cohort"]
    mean = release(context, adds)
    drawn = drawn_users(settings, adds.values.shape[0]) if settings["population_is"] == "simulated" else cohort
    # What is released is divided by the expected number of users; the ratio of two sums doesn't see it.
    count = float(mean[-1] * cohort) / HALF
    users = max(1.0, count)
    return Sums(values=mean[:-1] * cohort, deviation=dp["noise"] * dp["clip"], users=users, seen=max(1.0, users * drawn / cohort))


def _told(sums: Sums, index: int) -> dict[str, Any]:
    found = sums.accuracy(index)
    return {"mean": found.mean, "interval": [max(0.0, found.mean - NORMAL_95 * found.deviation), min(1.0, found.mean + NORMAL_95 * found.deviation)]}


def _relative(sums: Sums, left: int, right: int, squares: int) -> tuple[float | None, list[float] | None]:
    """Return the relative change of two accuracies and its interval; None where noise leaves no accuracy to compare with.

    The two deviations are added rather than their squares: how they go together isn't released.
    """
    base, change = sums.accuracy(right), sums.difference(left, right, squares)
    if base.mean <= NORMAL_95 * base.deviation:
        return None, None
    relative = change.mean / base.mean
    half = NORMAL_95 * (change.deviation + abs(relative) * base.deviation) / base.mean
    return relative, [relative - half, relative + half]
