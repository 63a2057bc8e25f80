"""How far one user can move all releases of a mechanism whose noise is correlated: squared sensitivities, in squared clip norms.

A user takes part in rounds at least `separation` apart, at most `most` times, each time with an update
of at most one clip norm (Choquette-Choo et al. 2023). `separation` is the difference of two rounds of
the same user; TF-Privacy and Kairouz et al. 2021 count the rounds between them, which is one fewer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    2021). A node of at most `separation` rounds holds one turn of a user, and what it adds does not
    depend on where; which of these cells hold a turn decides about all nodes above. They can be had
    together if they can by coming in each as early as possible, so that only few rounds matter in each:
    those some separations behind the begin of an earlier cell. It is exact: complete trees are joined
    from halves, and what is kept of each is the most that a number of turns adds up to, by the round of
    it from which one comes and the round behind it from which one may come again.
    """
    import numpy as np

    most = min(most, participations(rounds, separation))
    whole = min(restart or rounds, rounds)
    pieces = [height for length in [whole] * (rounds // whole) + [rounds % whole] for height in _heights(length)]
    cell = separation.bit_length() - 1
    early = _early(pieces, separation, cell)
    best = np.full((most + 1, 1, len(early)), NEVER, np.int64)  # by turns and the first round that may follow
    best[0] = 0
    trees = dict(_complete(max(pieces, default=0), early, separation, most))
    for height in pieces:
        best = _behind(best, early, height, separation) if height <= cell else _joined(best, trees[height], most)
    return int(best.max())


def _heights(rounds: int) -> list[int]:
    """Return the heights of the complete trees that some rounds fall into, the highest first."""
    return [height for height in range(rounds.bit_length() - 1, -1, -1) if rounds >> height & 1]


def _early(pieces: Sequence[int], separation: int, cell: int) -> Table:
    """Return how far into a cell or beyond it, ascending, the first round may be from which a user comes."""
    import numpy as np

    now, found = {0}, {0}
    for height in pieces:
        size = 1 << min(height, cell)
        for _ in range(1 << max(height - cell, 0)):
            now = {max(begin - size, 0) for begin in now} | {begin + separation - size for begin in now if begin < size}
            found |= now
    return np.array(sorted(found))


def _complete(highest: int, early: Table, separation: int, most: int) -> Iterator[tuple[int, Table]]:
    """Yield trees of more than one cell by their height: by turns, the round from which one comes, and that behind it."""
    import numpy as np

    cell = separation.bit_length() - 1
    table = np.where(early[:, None] <= early, 0, NEVER)[None]
    table = _behind(np.concatenate([table, np.full_like(table, NEVER)]), early, cell, separation)[: most + 1]
    for height in range(cell + 1, highest + 1):
        table = _joined(table, table, most)
        table += np.arange(len(table))[:, None, None] ** 2  # the root holds all turns
        yield height, np.maximum(table, NEVER)


def _behind(best: Table, early: Table, height: int, separation: int) -> Table:
    """Return what is best behind one more tree that holds at most one turn, which counts once for each of its heights."""
    import numpy as np

    size = 1 << height
    found = best[..., np.searchsorted(early, early + size, "right") - 1]
    latest = early + size - separation  # the latest round to come in, to come again in time; it is in the tree
    came = best[:-1][..., np.searchsorted(early, latest, "right") - 1] + height + 1
    np.maximum(found[1:], np.where(latest >= 0, came, NEVER), out=found[1:])
    return np.maximum(found, NEVER)


def _joined(left: Table, right: Table, most: int) -> Table:
    """Return the table of two pieces, one behind the other: the first round that may follow the left one is that from which one comes."""
    import numpy as np

    both = np.full((min(len(left) + len(right) - 1, most + 1), left.shape[1], right.shape[2]), NEVER, np.int64)
    for turns in range(min(len(right), len(both))):
        before = left[: len(both) - turns]
        into = both[turns : turns + len(before)]
        for at in range(left.shape[2]):
            np.maximum(into, before[:, :, at, None] + right[turns, at], out=into)
    return both
