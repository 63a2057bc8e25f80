"""What every metric of the catalog is: what an evaluation by it may set, and the numbers that it gives of a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from synthc.compiler.catalog.door import Door
from synthc.compiler.catalog.values import Count, Expression, Said, Settings, Unit, Words


class Evaluation(Settings):
    """What is compared, and what must hold for the run to succeed."""

    pairs: Annotated[Expression, Said("list of `MODEL vs MODEL`")] = Field(None, description="Which models are compared: the relative change with an interval by users. They must be trained alike.")
    require: Annotated[Expression, Said("condition")] = Field(None, description="What must hold, such as `warm.top1 >= baseline.top1 * 1.1`; if not, the run ends with exit code 1.")
    column: Words = Field("text", description="The column whose text the models are judged on.")
    bootstrap: Annotated[Count, Unit("samples")] = Field(1000, description="How often users are drawn again for the interval.")


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricEntry:
    """A metric: its settings, and the names of its numbers, of which `pairs` compares the first.

    Each number is a share, of what a model got right among what there was; more is better.
    """

    settings: type[Evaluation]
    numbers: tuple[str, ...]

    def __post_init__(self) -> None:
        """Have something to compare, by names that a run has no other use for."""
        assert self.numbers, "a metric gives at least one number"
        assert not {"users", "seeds"} & set(self.numbers), "`users` and `seeds` stand beside the numbers of a metric"


METRICS = Door(group="synthc.metrics", of=MetricEntry, built_in={"next_word": "synthc.compiler.catalog.metrics.next_word:METRIC"})
"""Entry points of this group name a metric and lead to its `MetricEntry`; what counts stands under `synthc.judges`."""
