"""`next_word(models) over rows`: how often the next word is among the first guesses."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from synthc.compiler.catalog.metric import Evaluation, MetricEntry
from synthc.compiler.catalog.noisy import Delta
from synthc.compiler.catalog.values import Makers, Positive, Settings, Words


class Bounded(Settings):
    """Noise on numbers that are bounded by what they are: there is nothing to clip. Either a wanted epsilon, or the noise as a multiple of the most that one user can add."""

    epsilon: Positive | None = Field(None, description="The epsilon it may spend; the noise is solved from it. Either this or `noise`.")
    noise: Positive | None = Field(None, description="The standard deviation of the noise on the sum, as a multiple of the most that one user can add; epsilon follows from it.")
    delta: Delta | None = Field(None, description="The delta at which it is solved; a tenth of the budget's if left out.")

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.epsilon is None) == (self.noise is None):
            raise ValueError("`gaussian` takes either `epsilon` or `noise`")
        return self


class NextWord(Evaluation):
    """What is compared, and what must hold for the run to succeed."""

    column: Words = Field("text", description="The column whose words are predicted.")
    dp: Annotated[Any, Makers(gaussian=Bounded)] = Field(None, description="The mechanism under which the numbers over private rows are released; without it they stay private.")
    metrics: list[Literal["top1_macro", "top3_macro"]] = Field(["top1_macro"], min_length=1, description="The numbers that are released with noise, means over users. Each more costs all of them accuracy.")


METRIC = MetricEntry(
    settings=NextWord,
    numbers=tuple(f"top{k}{average}{which}" for k in (1, 3) for average in ("", "_macro") for which in ("", "_known", "_after_first")),
)
