"""A clip norm that moves towards a quantile of the updates' lengths.

Andrew et al. 2021, "Differentially private learning with adaptive clipping": b is the share of updates
that fit, and the norm becomes norm x exp(-rate x (b - quantile)). The bit of a user is centred, 1/2 or
-1/2, so that noise of `count_noise` on their sum is a Gaussian of noise 2 x count_noise; both Gaussians
together spend what `noise` alone would.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from synthc.compiler.graph.spending import noise_on_updates
from synthc.runtime.federated.dp.mechanism import Arrays, Stats


@dataclass(frozen=True, slots=True, kw_only=True)
class Adaptive:
    """How the norm moves; `count_noise` is the deviation of the noise on the count of updates that fit."""

    quantile: float
    rate: float
    count_noise: float

    def begin(self, clip: float) -> Arrays:
        """Return the norm of the first round."""
        return {"clip": np.array([clip])}

    def noise_on_updates(self, noise: float) -> float:
        """Return the noise on the updates, a multiple of the norm, where the whole has `noise`."""
        return noise_on_updates(noise, self.count_noise)

    def moved(self, stats: Stats, noise: float, drawn: float, state: Arrays) -> Arrays:
        """Return the norm of the next round; `noise` has a deviation of 1, or of what it shrinks to with the sum."""
        centred = stats["users"] / 2 - stats["clipped"]
        fits = 0.5 + (centred + self.count_noise * noise) / drawn
        return {"clip": state["clip"] * math.exp(-self.rate * (fits - self.quantile))}
