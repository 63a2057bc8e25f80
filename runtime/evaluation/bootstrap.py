"""Paired bootstrap over users: how sure a relative change of a share is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from synthc.runtime.evaluation.judged import Judged


def relative_change(model: Sequence[Judged], against: Sequence[Judged], *, samples: int, seed: int) -> tuple[float, tuple[float, float]]:
    """Return the relative change of the number that is compared, such as top-1 accuracy, and its 95% interval.

    Users are drawn with replacement, the same for both models; of families of seeds a seed is
    drawn with them, by the same index where both families have as many.
    """
    hits_a, words_a = _stack(model)
    hits_b, words_b = _stack(against)
    point = _rate(hits_a, words_a).mean() / max(1e-12, _rate(hits_b, words_b).mean()) - 1
    random = np.random.default_rng(seed)
    changes = np.empty(samples)
    users = hits_a.shape[1]
    for index in range(samples):
        drawn = random.integers(0, users, users)
        seeds_a = random.integers(0, len(hits_a), len(hits_a))
        seeds_b = seeds_a if len(hits_a) == len(hits_b) else random.integers(0, len(hits_b), len(hits_b))
        a = _rate(hits_a[seeds_a][:, drawn], words_a[seeds_a][:, drawn]).mean()
        b = _rate(hits_b[seeds_b][:, drawn], words_b[seeds_b][:, drawn]).mean()
        changes[index] = a / max(1e-12, b) - 1
    low, high = np.percentile(changes, [2.5, 97.5])
    return float(point), (float(low), float(high))


def _stack(family: Sequence[Judged]) -> tuple[np.ndarray, np.ndarray]:
    """Return hits_SU and words_SU of a family of S seeds."""
    hits, words = zip(*(one.compared() for one in family), strict=True)
    return np.stack(hits), np.stack(words)


def _rate(hits: np.ndarray, words: np.ndarray) -> np.ndarray:
    rate: np.ndarray = hits.sum(1) / np.maximum(1.0, words.sum(1))
    return rate
