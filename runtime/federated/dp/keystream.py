"""Random numbers from a secret key: AES-256 in counter mode, so that noise cannot be foreseen.

A statistical generator can be run backwards from enough of its output; what hides a person's text
should rest on a cipher. Uniform numbers have 53 bits; normal ones are the quantiles of such numbers, in
double precision (not proof against attacks on the last bits of floating-point noise, Mironov 2012).
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b

import numpy as np
import torch
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from numpy.typing import NDArray

KEY_BYTES = 32
CHUNK = 1 << 16
SQRT2 = math.sqrt(2)


def subkey(key: bytes, which: int) -> bytes:
    """Return a key of its own for each number, where one key has to yield several streams."""
    return blake2b(which.to_bytes(8, "big"), key=key, digest_size=KEY_BYTES).digest()


def uniform(key: bytes, size: int) -> NDArray[np.float64]:
    """Return numbers strictly between 0 and 1; the same key gives the same numbers."""
    stream = Cipher(algorithms.AES(key), modes.CTR(bytes(16))).encryptor()
    words = np.frombuffer(stream.update(bytes(8 * size)), "<u8")
    found: NDArray[np.float64] = ((words >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53
    return found


def normal(key: bytes, size: int) -> NDArray[np.float64]:
    """Return numbers from the standard normal distribution, worked out where they stay in the processor's cache.

    The quantile of u is sqrt(2) x erfinv(2u - 1), and 2u - 1 is exact for all 2^53 of u. Torch works that out
    for many numbers at a time; a thread of its own beside each of these two would be slower.
    """
    found = np.empty(size)
    with one_thread(), ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda begin: _fill(key, begin, found[begin : begin + CHUNK]), range(0, size, CHUNK)))
    return found


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Have torch use no thread beside the one that asks, here and in threads that begin meanwhile."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _fill(key: bytes, begin: int, found: NDArray[np.float64]) -> None:
    """Write the normal numbers of a stream from a place in it, an even one, for a block of the cipher has two."""
    stream = Cipher(algorithms.AES(key), modes.CTR((begin // 2).to_bytes(16, "big"))).encryptor()
    np.multiply(np.frombuffer(stream.update(bytes(8 * len(found))), "<u8") >> np.uint64(11), 2.0**-52, out=found)
    found -= 1 - 2.0**-53
    torch.erfinv(torch.from_numpy(found), out=torch.from_numpy(found))
    found *= SQRT2
