"""Noise by buffered linear Toeplitz matrices: C^-1 z for fresh noise z, from a few buffers.

McMahan et al. 2024, "A hassle-free algorithm for private learning in practice: DP-FTRL with BLTs",
algorithm 1; theta and omega are those of C, see `compiler/graph/buffers.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from synthc.runtime.federated.dp.keystream import normal
from synthc.runtime.federated.dp.mechanism import Arrays, Vector


@dataclass(frozen=True, slots=True, kw_only=True)
class Blt:
    """Buffer j holds the sum of all noise so far, older noise fading by `theta[j]` a round; `omega[j]` of it is taken away again."""

    theta: tuple[float, ...]
    omega: tuple[float, ...]

    @classmethod
    def of(cls, dp: Mapping[str, Any]) -> Blt:
        """Return the matrix of a node's mechanism."""
        return cls(theta=tuple(dp["theta"]), omega=tuple(dp["omega"]))

    def begin(self, size: int) -> Arrays:
        """Remember no noise."""
        return {f"buffer{which}": np.zeros(size, np.float32) for which in range(len(self.theta))}

    def next(self, round_: int, size: int, key: bytes, state: Arrays) -> tuple[Vector, Arrays]:
        """Return the noise of a round: fresh noise without what is taken back of earlier rounds."""
        del round_
        noise = normal(key, size)
        for which, scale in enumerate(self.omega):
            noise -= scale * state[f"buffer{which}"]
        kept = {f"buffer{which}": (fade * state[f"buffer{which}"] + noise).astype(np.float32) for which, fade in enumerate(self.theta)}
        return noise, kept
