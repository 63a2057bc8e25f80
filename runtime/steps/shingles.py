"""Runs of words, as numbers: what texts are compared by."""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

WORD = re.compile(r"\w+(?:['\u2019]\w+)*")
ODD = np.uint64(0x9E3779B97F4A7C15)
"""The golden ratio, as hashes of words are told apart by their place."""


def shingles(text: str, words: int) -> Hashes:
    """Return the distinct runs of so many words, in rising order; a shorter text is one run.

    Case and punctuation do not count.

    >>> len(shingles("a rose is a rose is a rose", 3))
    3
    >>> bool((shingles("Hello, World!", 5) == shingles("hello world", 5)).all())
    True
    """
    hashes = np.array([_hash(word) for word in WORD.findall(text.casefold())], dtype=np.uint64)
    runs = max(1, len(hashes) - words + 1)
    found = np.full(runs, min(words, len(hashes)), dtype=np.uint64)
    for place in range(min(words, len(hashes))):
        found = (found ^ (found >> np.uint64(29))) * ODD + hashes[place : place + runs]
    return np.unique(found)


@lru_cache(maxsize=100_000)
def _hash(word: str) -> int:
    return int.from_bytes(blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")
