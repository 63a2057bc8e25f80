"""How the step size goes on over a training."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

LEAST = 0.02
"""What is left of the peak at the end, where a schedule goes down to nearly nothing."""


def learning_rate(settings: Mapping[str, Any], done: float) -> float:
    """Return the rate at a share of the training that is done: a linear warm-up, then what `schedule` says.

    `inverse_sqrt` falls with the root of the words since the begin (Vaswani et al. 2017), so it never depends on where the end is.
    """
    peak, warmup = float(settings["learning_rate"]), float(settings["warmup"])
    if done < warmup:
        return peak * (done / warmup * 0.99 + 0.01)
    rest = min(1.0, (done - warmup) / (1 - warmup))
    match settings["schedule"]:
        case "cosine":
            return peak * (LEAST + (1 - LEAST) * 0.5 * (1 + math.cos(math.pi * rest)))
        case "linear":
            return peak * (LEAST + (1 - LEAST) * (1 - rest))
        case "inverse_sqrt":
            return peak * math.sqrt(warmup / done)
    return peak
