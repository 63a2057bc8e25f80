"""The matrix of the `blt` mechanism: buffered linear Toeplitz noise (Dvijotham et al. 2024, McMahan et al. 2024).

The first column of C is 1 and then c_i = sum over buffers j of omega_j theta_j^(i - 1). What a run
releases is C x + z, for x the sums of updates and z fresh noise; the noise on x is C^-1 z, and a buffer
holds what is still to be taken away of the noise of earlier rounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from synthc.compiler.graph.answers import kept
from synthc.compiler.graph.sensitivity import participations, toeplitz

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

DIGITS = 4
"""How precisely decays (their distance from 1) and scales are written: the error of the best is flat around it."""
Buffers = tuple[list[float], list[float]]


def coefficients(theta: Sequence[float], omega: Sequence[float], rounds: int) -> Vector:
    """Return the first column of C.

    >>> coefficients([0.5], [0.4], 4).tolist()
    [1.0, 0.4, 0.2, 0.1]
    """
    import numpy as np

    found = np.ones(rounds)
    found[1:] = np.power(theta, np.arange(rounds - 1)[:, None]) @ np.asarray(omega)
    return found


def inverse(theta: Sequence[float], omega: Sequence[float], rounds: int) -> Vector:
    """Return the first column of C^-1: how the noise of a round comes back in later ones.

    >>> inverse([0.5], [0.4], 4).round(6).tolist()
    [1.0, -0.4, -0.04, -0.004]
    """
    import numpy as np
    from scipy.signal import lfilter

    below = np.poly(theta)
    above = below.copy()
    for which, scale in enumerate(omega):
        above[1:] += scale * np.poly(np.delete(theta, which))
    found: Vector = lfilter(below, above, np.eye(1, rounds)[0])
    return found


def errors(theta: Sequence[float], omega: Sequence[float], rounds: int) -> Vector:
    """Return the deviation of the noise on the sum of all rounds up to each, for noise of deviation 1."""
    import numpy as np

    summed = np.cumsum(inverse(theta, omega, rounds))
    found: Vector = np.sqrt(np.cumsum(summed**2))
    return found


def chosen(rounds: int, separation: int, buffers: int, most: int | None = None) -> Buffers:
    """Return decays theta and scales omega with about the least max loss: sensitivity x the largest of `errors`.

    The least is looked for by BFGS and then by Nelder and Mead, from decays that are spread over all time
    scales; both lists are rounded, so that machines agree on them, and it is the rounded ones that count.
    """
    turns = most or participations(rounds, separation)
    found = kept(["blt", rounds, separation, buffers, turns], lambda: _chosen(rounds, separation, buffers, turns))
    return found[0], found[1]


def loss(theta: Sequence[float], omega: Sequence[float], rounds: int, separation: int, most: int) -> float:
    """Return the max loss; infinite where a scale or decay is out of range, or the noise would grow without bound."""
    import numpy as np

    if sum(omega) > 1 or min(omega) < 0 or min(theta) < 0 or max(theta) > 1:
        return float("inf")
    with np.errstate(all="ignore"):
        worst = float(errors(theta, omega, rounds)[-1])
    moved = toeplitz(coefficients(theta, omega, rounds), separation, most)
    return worst * moved**0.5 if np.isfinite(worst) else float("inf")


def _chosen(rounds: int, separation: int, buffers: int, most: int) -> Buffers:
    import numpy as np
    from scipy.optimize import minimize
    from scipy.special import expit, softmax

    def unpacked(point: Vector) -> tuple[Vector, Vector]:
        """Return decays below 1 and scales that sum to less than 1, for any point."""
        return 1 - np.exp(-np.abs(point[:buffers])), expit(point[-1]) * softmax(point[buffers:-1])

    def value(point: Vector) -> float:
        theta, omega = (part.tolist() for part in unpacked(point))
        found = loss(theta, omega, rounds, separation, most)
        return float(np.log(found)) if np.isfinite(found) else 1e3

    gaps = np.geomspace(0.3, 1 / max(rounds, 4), buffers)
    start = np.concatenate([-np.log(gaps), np.log(gaps) / 2, [0.0]])
    near = minimize(value, start, method="BFGS", jac="3-point", options={"gtol": 1e-7})
    found = minimize(value, near.x, method="Nelder-Mead", options={"maxiter": 200 * buffers, "adaptive": True, "fatol": 1e-9, "xatol": 1e-6})
    theta, omega = unpacked(found.x)
    order = np.argsort(theta)
    return [1 - _rounded(1 - one) for one in theta[order]], [_rounded(one) for one in omega[order]]


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS - 1}e}")
