"""Finds texts that are nearly equal to an earlier one, by MinHash and bands (LSH).

Of the distinct runs of words of a text, a signature keeps the least under each of some hashes; texts are
compared that agree in a whole band of it. The comparison itself is exact for texts of up to `SKETCH`
runs, and an estimate from the least `SKETCH` of them beyond. A text that is kept costs a few kilobytes
at most, however long it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from synthc.runtime.steps.shingles import Hashes, shingles

WORDS = 5
SKETCH = 256
RECALL = 0.99
"""How many of the pairs that are just similar enough are found; of more similar ones, more."""
MOST_BANDS = 20


def bands_and_rows(threshold: float) -> tuple[int, int]:
    """Return the fewest bands, of as many hashes as there can be, that find `RECALL` of the pairs at a threshold.

    >>> bands_and_rows(0.8), bands_and_rows(0.5)
    ((12, 5), (17, 2))
    """
    for rows in (5, 4, 3, 2):
        bands = math.ceil(math.log(1 - RECALL) / math.log(1 - threshold**rows))
        if bands <= MOST_BANDS:
            return bands, rows
    return max(1, math.ceil(math.log(1 - RECALL) / math.log(1 - threshold))), 1


def similarity(left: Hashes, right: Hashes) -> float:
    """Return the share of runs that two texts have in common (Jaccard), from the least of each.

    >>> similarity(np.array([1, 2, 3], dtype=np.uint64), np.array([2, 3, 4], dtype=np.uint64))
    0.5
    """
    both, union = np.intersect1d(left, right, assume_unique=True), np.union1d(left, right)
    if max(len(left), len(right)) >= SKETCH:
        union = union[:SKETCH]  # beyond these a sketch may have left something out
    return int((both <= union[-1]).sum()) / len(union)


@dataclass(slots=True)
class Near:
    """The texts that were kept so far, by their bands."""

    threshold: float
    _kept: list[Hashes] = field(default_factory=list)
    _first: dict[int, int] = field(default_factory=dict)

    def take(self, text: str) -> bool:
        """Tell whether a text is like none before it, and remember it if so."""
        runs = shingles(text, WORDS)
        keys = self._keys(runs)
        sketch = np.sort(_mixed(runs, np.zeros(1, dtype=np.uint64)))[:SKETCH].copy()  # what is longer goes
        candidates = {self._first[key] for key in keys if key in self._first}
        if any(similarity(sketch, self._kept[each]) >= self.threshold for each in candidates):
            return False
        for key in keys:
            # The first stays: where many texts share a band, each is compared with one of them and not with all.
            self._first.setdefault(key, len(self._kept))
        self._kept.append(sketch)
        return True

    def _keys(self, runs: Hashes) -> list[int]:
        """Return one number for each band of a text's signature."""
        bands, rows = bands_and_rows(self.threshold)
        salts = np.arange(1, bands * rows + 1, dtype=np.uint64)
        signature = _mixed(runs[:, None], salts[None, :]).min(axis=0).reshape(bands, rows)
        keys = np.arange(bands, dtype=np.uint64)
        for row in range(rows):
            keys = _mixed(keys ^ signature[:, row], np.full(1, row, dtype=np.uint64))
        return [int(key) for key in keys]


def _mixed(numbers: Hashes, salt: Hashes) -> Hashes:
    """Return other numbers that look drawn at random, the same for the same (splitmix64)."""
    found = numbers + (salt + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    found = (found ^ (found >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    found = (found ^ (found >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Hashes = found ^ (found >> np.uint64(31))
    return mixed
