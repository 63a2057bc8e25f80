"""`pretrain NAME = model on rows`: training on public text."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from synthc.compiler.catalog.values import Count, Momentum, Positive, Settings, TargetWords, Words


class Pretrain(Settings):
    """How long and how: `words` are the target words processed, `seeds` the size of the family."""

    words: TargetWords = Field(description="Words processed in all, repetitions included.")
    seeds: Count = Field(1, description="How many models are trained, alike but for their start and the order of the text. `evaluate` gives mean and range; all else takes the first.")
    column: Words = Field("text", description="The column that is learned.")
    batch: Count = Field(64, description="Sentences of one step.")
    learning_rate: Positive = Field(0.002, description="The highest step size of AdamW.")
    schedule: Literal["cosine", "constant"] = Field("cosine", description="How the step size goes on behind the warm-up: down to nearly nothing along a cosine, or staying.")
    warmup: Momentum = Field(0.02, description="The part of the words in which the step size rises.")
    clip: Positive = Field(1.0, description="The L2 norm to which the gradient of a step is clipped.")
    max_words: TargetWords = Field(50, description="Longer sentences are cut into pieces of so many words.")
