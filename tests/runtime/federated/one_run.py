"""A lower bound on epsilon from one run: how well an auditor tells which canaries were in it.

Steinke, Nasr and Jagielski 2023, "Privacy Auditing with One (1) Training Run" (arXiv 2305.08846): each
of m canaries is included by a coin of its own; from what was released the auditor guesses for r of
them, and v guesses are right. Under (epsilon, delta)-DP with add/remove adjacency that happens with a
probability of at most the p-value of their Corollary 5.4, so that every epsilon with a p-value below
beta is refuted at a confidence of 1 - beta.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

GUESSED = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""The shares of canaries for which a guess is tried, half of them `in` and half of them `out`."""
MOST = 50.0


def p_value(*, canaries: int, guesses: int, right: int, epsilon: float, delta: float) -> float:
    """Return how likely so many right guesses are at most, under (epsilon, delta)-DP.

    >>> round(p_value(canaries=10, guesses=10, right=10, epsilon=0.0, delta=0.0), 6)
    0.000977
    """
    hit = 1 / (1 + math.exp(-epsilon))
    beta = float(binom.sf(right - 1, guesses, hit))
    if delta == 0 or right == 0:
        return min(1.0, beta)
    below = np.cumsum(binom.pmf(np.arange(right - 1, -1, -1), guesses, hit))
    alpha = float((below / np.arange(1, right + 1)).max())
    return min(1.0, beta + 2 * canaries * delta * alpha)


def refuted(*, canaries: int, guesses: int, right: int, delta: float, beta: float = 0.05) -> float:
    """Return the largest epsilon that so many right guesses refute at a confidence of 1 - beta, 0 if none."""
    low, high = 0.0, MOST
    for _ in range(40):
        middle = (low + high) / 2
        unlikely = p_value(canaries=canaries, guesses=guesses, right=right, epsilon=middle, delta=delta) < beta
        low, high = (middle, high) if unlikely else (low, middle)
    return low


def lower_bound(scores: NDArray[np.float64], included: NDArray[np.bool_], *, delta: float, beta: float = 0.05, guessed: Sequence[float] = GUESSED) -> float:
    """Return a lower bound on epsilon: the canaries of highest scores are guessed to be in, those of lowest to be out.

    The best of several numbers of guesses is taken, each at its part of beta (Bonferroni).
    """
    order, best = np.argsort(scores), 0.0
    for share in guessed:
        half = max(1, round(share * len(scores) / 2))
        right = int(included[order[-half:]].sum() + (~included[order[:half]]).sum())
        best = max(best, refuted(canaries=len(scores), guesses=2 * half, right=right, delta=delta, beta=beta / len(guessed)))
    return best
