"""Random numbers from a secret key: AES-256 in counter mode, so that noise cannot be foreseen.

A statistical generator can be run backwards from enough of its output; what hides a person's text
should rest on a cipher. Uniform numbers have 53 bits; normal ones are their quantiles, in double
precision (not proof against attacks on the last bits of floating-point noise, Mironov 2012).
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from numpy.typing import NDArray
from scipy.special import ndtri

KEY_BYTES = 32


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
    """Return numbers from the standard normal distribution."""
    found: NDArray[np.float64] = ndtri(uniform(key, size))
    return found
