"""Noise by banded Toeplitz matrices: C^-1 z for fresh noise z, from the noise of the last rounds.

Choquette-Choo et al. 2023, "(Amplified) banded matrix factorization", and McKenna 2024, "Scaling up the
banded matrix factorization mechanism", algorithm 1: C has as many diagonals as there are bands, so that
a round takes back a part of what each of the `bands - 1` rounds before it added, and of no other. The
coefficients are those of C, see `compiler/graph/bands.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from synthc.runtime.federated.dp.keystream import normal
from synthc.runtime.federated.dp.mechanism import Arrays, Vector


@dataclass(frozen=True, slots=True, kw_only=True)
class Banded:
    """`coefficients[lag]` of the noise of so many rounds ago is taken away again; that of this round, lag 0, has a scale of 1."""

    coefficients: tuple[float, ...]

    @classmethod
    def of(cls, dp: Mapping[str, Any]) -> Banded:
        """Return the matrix of a node's mechanism."""
        assert dp["coefficients"][0] == 1, "fresh noise has a deviation of 1"
        return cls(coefficients=tuple(dp["coefficients"]))

    def begin(self, size: int) -> Arrays:
        """Remember no noise."""
        del size
        return {}

    def next(self, round_: int, size: int, key: bytes, state: Arrays) -> tuple[Vector, Arrays]:
        """Return the noise of a round; remembered is that of the rounds which the next one reaches."""
        noise = normal(key, size)
        past = [f"noise{round_ - lag}" for lag in range(1, min(len(self.coefficients), round_ + 1))]
        for name, scale in zip(past, self.coefficients[1:], strict=False):
            noise -= scale * state[name]
        kept = {name: state[name] for name in past[: len(self.coefficients) - 2]}
        return noise, {**kept, f"noise{round_}": noise.astype(np.float32)}
