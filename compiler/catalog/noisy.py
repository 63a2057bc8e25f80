"""What mechanisms of privacy have in common: a clip norm, and how much noise there is."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from synthc.compiler.catalog.values import Positive, Settings

Delta = Annotated[float, Field(gt=0, lt=1)]


class Noisy(Settings):
    """What all mechanisms take: a clip norm, and either a wanted epsilon or the noise as a multiple of the clip norm."""

    called: ClassVar[str]
    clip: Positive = Field(description="The L2 norm to which the update of one user is clipped.")
    epsilon: Positive | None = Field(None, description="The epsilon it may spend; the noise is solved from it. Either this or `noise`.")
    noise: Positive | None = Field(None, description="The standard deviation of the noise on the sum, as a multiple of `clip`; epsilon follows from it.")
    delta: Delta | None = Field(None, description="The delta at which it is solved; a tenth of the budget's if left out.")

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.epsilon is None) == (self.noise is None):
            raise ValueError(f"`{self.called}` takes either `epsilon` or `noise`")
        return self
