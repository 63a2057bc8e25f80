"""`gaussian(clip = adaptive(0.1, quantile = 0.5), epsilon = 4)`: a clip norm that follows the lengths of the updates.

Each device also says whether its update fits into the clip norm, and the norm is raised or lowered
towards a quantile (Andrew et al. 2021, "Differentially private learning with adaptive clipping"). That
answer has noise of its own, which is paid by a little more noise on the updates: epsilon is that of
`noise`, however the norm moves.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from synthc.compiler.catalog.noisy import Noisy
from synthc.compiler.catalog.values import Makers, Number, Positive, Said, Settings


class Adaptive(Settings):
    """Where the clip norm begins and what it moves towards."""

    initial: Positive = Field(description="The clip norm of the first round.")
    quantile: Annotated[Number, Field(gt=0, lt=1)] = Field(0.5, description="The share of updates that should fit into the clip norm.")
    rate: Positive = Field(0.2, description="How fast it moves: a round changes it by at most a factor of e^rate, and by a little more where noise says so.")
    count_noise: Positive | None = Field(None, description="The standard deviation of the noise on the count of updates that fit; a twentieth of the cohort if left out, and more than half of `noise`.")


def clip_norm(value: Any) -> Any:
    """Return a clip norm, fixed or adaptive.

    Raises:
        ValueError: it is neither.
    """
    if isinstance(value, Adaptive) or (isinstance(value, int | float) and not isinstance(value, bool) and value > 0):
        return value
    raise ValueError("wants a number above 0 or `adaptive(...)`")


class FederatedGaussian(Noisy):
    """`gaussian` in a `federate`, where the clip norm may also adapt."""

    called = "gaussian"
    clip: Annotated[Any, Said("number above 0 or `adaptive(...)`"), Makers(float, int, adaptive=Adaptive), BeforeValidator(clip_norm)] = Field(
        description="The L2 norm to which the update of one user is clipped."
    )
