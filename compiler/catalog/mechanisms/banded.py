"""`banded(clip = 0.3, epsilon = 8, bands = 100, separation = 300)`: DP-FTRL, noise by banded Toeplitz matrices, cyclic participation.

The noise of a round is fresh noise without a part of that of each of the `bands - 1` rounds before
(Choquette-Choo et al. 2023, "(Amplified) banded matrix factorization"; McKenna 2024, "Scaling up the
banded matrix factorization mechanism"). The matrix is chosen when the spec is compiled: the one with the
least noise on the worst sum of rounds, for these rounds and this separation. Nothing is taken off for
chance: epsilon rests on `separation` alone, not on sampling.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from synthc.compiler.catalog.separated import Separated
from synthc.compiler.catalog.values import Count


class Banded(Separated):
    """The clip norm, the noise, and how many rounds lie between two participations of the same user."""

    called = "banded"
    bands: Annotated[Count, Field(ge=2)] = Field(description="How many rounds the noise of one reaches over; of one fewer, the noise is remembered, each as large as the model. At most `separation`.")

    @model_validator(mode="after")
    def _one_participation_apart(self) -> Self:
        if self.bands > self.separation:
            raise ValueError(f"`banded` takes at most {self.separation:,} `bands` where `separation` is {self.separation:,}, so that two turns of a user move different rows of its matrix")
        return self
