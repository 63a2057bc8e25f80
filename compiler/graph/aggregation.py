"""How exact the sums of tree aggregation are: the noise on the sum of all rounds up to each."""

from __future__ import annotations


def variance(height: int) -> float:
    """Return the variance of the best estimate of a node from its own noise and that of all below it, of 1 each.

    The halves of a node are estimates of it as well (Honaker 2015, from below).

    >>> [round(variance(height), 4) for height in range(4)]
    [1.0, 0.6667, 0.5714, 0.5333]
    """
    return float(2**height / (2 ** (height + 1) - 1))


def variances(rounds: int, restart: int | None) -> list[float]:
    """Return the variance of the noise on the sum of all rounds up to each; trees that are over keep theirs.

    >>> variances(4, None)
    [1.0, 0.6666666666666666, 1.6666666666666665, 0.5714285714285714]
    >>> variances(3, 1)
    [1.0, 2.0, 3.0]
    """
    found, over = [], 0.0
    for round_ in range(rounds):
        within = (round_ % restart if restart else round_) + 1
        now = sum(variance(height) for height in range(within.bit_length()) if within >> height & 1)
        found.append(over + now)
        if within == restart:
            over += now
    return found
