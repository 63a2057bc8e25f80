"""The matrix of the `banded` mechanism: lower triangular, Toeplitz, and zero below its bands.

What a run releases is C x + z, for x the sums of updates and z fresh noise; the noise on x is C^-1 z. A
user whose turns are at least as many rounds apart as there are bands moves other rows of C x with each,
so that squared lengths of columns add up (Choquette-Choo et al. 2023, "(Amplified) banded matrix
factorization", theorem 2), whatever their coefficients are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from synthc.compiler.graph.answers import kept
from synthc.compiler.graph.sensitivity import participations

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

DIGITS = 4
"""How precisely coefficients are written: the loss of the best is flat around it."""


def errors(coefficients: Sequence[float], rounds: int) -> Vector:
    """Return the deviation of the noise on the sum of all rounds up to each, for noise of deviation 1.

    >>> errors([1.0, 0.5], 3).round(4).tolist()
    [1.0, 1.118, 1.3463]
    """
    import numpy as np

    found: Vector = np.sqrt(np.cumsum(_sums(np.asarray(coefficients), np.ones(rounds)) ** 2))
    return found


def squared(coefficients: Sequence[float], rounds: int, separation: int, most: int) -> float:
    """Return the squared sensitivity: a user who comes in the first round and again as soon as possible has the longest columns.

    >>> squared([1.0, 0.5], 8, 3, 3), squared([1.0, 0.5], 7, 3, 3)
    (3.75, 3.5)
    """
    import numpy as np

    assert len(coefficients) <= separation, "what two turns of a user move would add up"
    column = np.asarray(coefficients)
    return float(sum((column[: rounds - begin] ** 2).sum() for begin in range(0, rounds, separation)[:most]))


def chosen(rounds: int, separation: int, bands: int, most: int | None = None) -> list[float]:
    """Return the coefficients with about the least max loss: sensitivity x the largest of `errors`; the first is 1.

    They are rounded, so that machines agree on them, and it is the rounded ones that count.
    """
    turns = most or participations(rounds, separation)
    found = kept(["banded", rounds, separation, bands, turns], lambda: _chosen(rounds, separation, bands, turns))
    return [float(one) for one in found]


def loss(coefficients: Sequence[float], rounds: int, separation: int, most: int) -> float:
    """Return the max loss."""
    return float(errors(coefficients, rounds)[-1]) * math.sqrt(squared(coefficients, rounds, separation, most))


def _sums(coefficients: Vector, of: Vector) -> Vector:
    """Return C^-1 times a vector; times ones, how noise of the first round stands in the sums up to each."""
    from scipy.signal import lfilter

    found: Vector = lfilter([1.0], coefficients, of)
    return found


def _chosen(rounds: int, separation: int, bands: int, most: int) -> list[float]:
    """Look for the least by L-BFGS from the square root of the matrix of all ones (Kalinin and Lampert 2024), cut off at the bands."""
    import numpy as np
    from scipy.optimize import minimize
    from scipy.signal import correlate

    lag = np.arange(bands)
    turns = np.minimum(most, -(-(rounds - lag) // separation))  # of how many turns a coefficient is a part

    def value(tail: Vector) -> tuple[float, Vector]:
        """Return the logarithm of the squared loss, and how it changes: C s = 1 for the sums s, so that C ds = -dC s."""
        column = np.concatenate([[1.0], tail])
        sums = _sums(column, np.ones(rounds))
        moved, error = float(turns @ column**2), float(sums @ sums)
        back = correlate(sums, _sums(column, sums))[rounds - 1 : rounds - 1 + bands]
        return float(np.log(moved * error)), (2 * turns * column / moved - 2 * back / error)[1:]

    start = np.cumprod(np.concatenate([[1.0], 1 - 0.5 / lag[1:]]))
    found = minimize(value, start[1:], jac=True, method="L-BFGS-B", bounds=[(0, 1)] * (bands - 1), options={"ftol": 1e-10, "gtol": 1e-7})
    return [1.0, *(float(f"{one:.{DIGITS - 1}e}") for one in found.x)]
