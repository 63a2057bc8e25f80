"""`gaussian(clip = 0.3, epsilon = 4)`: Gaussian noise on the sum of clipped updates, Poisson sampling."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from synthc.compiler.catalog.values import Positive, Settings


class Gaussian(Settings):
    """The clip norm and either a wanted epsilon or the noise as a multiple of the clip norm."""

    clip: Positive
    epsilon: Positive | None = None
    noise: Positive | None = None
    delta: Annotated[float, Field(gt=0, lt=1)] | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.epsilon is None) == (self.noise is None):
            raise ValueError("`gaussian` takes either `epsilon` or `noise`")
        return self
