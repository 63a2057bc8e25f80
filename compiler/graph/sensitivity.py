"""How far one user can move all releases of a mechanism whose noise is correlated: squared sensitivities, in squared clip norms.

A user takes part in rounds at least `separation` apart, at most `most` times, each time with an update
of at most one clip norm (Choquette-Choo et al. 2023). `separation` is the difference of two rounds of
the same user; TF-Privacy and Kairouz et al. 2021 count the rounds between them, which is one fewer.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]
    Table = NDArray[np.int64]

NEVER = -(10**9)
"""What a number of participations adds up to where there is no room for them."""


def participations(rounds: int, separation: int) -> int:
    """Return how often a user can take part in some rounds.

    >>> participations(2000, 314), participations(2000, 2000), participations(7, 3)
    (7, 1, 3)
    """
    return -(-rounds // separation)


def toeplitz(coefficients: Vector, separation: int, most: int) -> float:
    """Return the squared sensitivity of a lower triangular Toeplitz matrix by its first column.

    The column may not be negative nor rise: then the user who comes in the first round and again as
    soon as possible moves most (McMahan et al. 2024, "A hassle-free algorithm for private learning in
    practice"; Kalinin and Lampert 2024, theorem 2).
    """
    import numpy as np

    assert coefficients.min() >= 0, "negative coefficients have another worst user"
    assert (np.diff(coefficients) <= 0).all(), "rising coefficients have another worst user"
    rounds = len(coefficients)
    turns = participations(rounds, separation)
    padded = np.concatenate([coefficients, np.zeros(turns * separation - rounds)]).reshape(turns, separation)
    moved = np.cumsum(padded, axis=0)  # row t adds up what every participation before or in it still moves
    if most < turns:
        moved[most:] -= np.cumsum(padded, axis=0)[: turns - most]
    return float((moved.ravel()[:rounds] ** 2).sum())


def tree(rounds: int, separation: int, most: int, restart: int | None = None) -> int:
    """Return the squared sensitivity of all sums that tree aggregation releases, new trees every `restart` rounds.

    Released is the sum of every complete node, the rounds from i 2^h up to (i + 1) 2^h (Kairouz et al.
    2021). It is exact: complete trees are joined from halves, and what is kept of each is the most that
    a number of participations adds up to, by the rounds that must stay free at either end of it.
    """
    import numpy as np

    most = min(most, participations(rounds, separation))
    best = np.full((most + 1, separation), NEVER, np.int64)  # by participations and rounds free behind the last
    best[0] = 0
    whole = min(restart or rounds, rounds)
    tables = dict(_complete(whole.bit_length() - 1, separation, most))
    for length in [whole] * (rounds // whole) + [rounds % whole]:
        for height in _heights(length):
            best = _appended(best, tables[height], 1 << height)
    return int(best[:, 0].max())


def _heights(rounds: int) -> list[int]:
    """Return the heights of the complete trees that some rounds fall into, the highest first."""
    return [height for height in range(rounds.bit_length() - 1, -1, -1) if rounds >> height & 1]


def _complete(highest: int, separation: int, most: int) -> Iterator[tuple[int, Table]]:
    """Yield complete trees by their height: by participations, rounds free in front, and rounds free behind."""
    import numpy as np

    free = np.add.outer(np.arange(separation), np.arange(separation))
    table = np.zeros((2, separation, separation), np.int64)
    for height in range(highest + 1):
        if 1 << height <= separation:  # two of the same user do not fit
            table[1] = np.where(free < 1 << height, height + 1, NEVER)
        else:
            table = _doubled(table, 1 << height - 1, most)
        yield height, table[: most + 1].copy()


def _doubled(half: Table, size: int, most: int) -> Table:
    """Return the table of a tree with two halves of some size; each participation counts once more for every one in the new root."""
    import numpy as np

    separation, turns = half.shape[1], half.shape[0] - 1
    room = np.arange(separation)
    clear = np.maximum(room - size, 0)
    both = np.full((min(2 * turns, most, participations(2 * size, separation)) + 1, separation, separation), NEVER, np.int64)
    kept = min(turns, len(both) - 1) + 1
    both[:kept] = np.maximum(half[:kept][:, clear], half[:kept][:, :, clear])
    for right in range(1, turns + 1):
        left = min(turns, len(both) - 1 - right)
        for behind in range(separation if left > 0 else 0):
            joined = half[1 : left + 1, :, behind, None] + half[right, separation - 1 - behind]
            np.maximum(both[1 + right : 1 + right + left], joined, out=both[1 + right : 1 + right + left])
    count = np.arange(len(both), dtype=np.int64)[:, None, None]
    return np.maximum(both + count**2, NEVER).astype(np.int64)


def _appended(best: Table, tree: Table, size: int) -> Table:
    """Return what is best with one more complete tree behind."""
    import numpy as np

    separation = best.shape[1]
    found = best[:, np.maximum(np.arange(separation) - size, 0)]
    for turns in range(1, min(len(tree), len(best))):
        before = best[: len(best) - turns]
        for behind in range(separation):
            joined = before[:, behind, None] + tree[turns, separation - 1 - behind]
            np.maximum(found[turns:], joined, out=found[turns:])
    return np.maximum(found, NEVER)
