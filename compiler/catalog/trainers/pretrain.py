"""`pretrain NAME = model on rows`: training on public text."""

from __future__ import annotations

from typing import Literal

from synthc.compiler.catalog.values import Count, Momentum, Positive, Settings, Words


class Pretrain(Settings):
    """How long and how: `words` are the target words processed, `seeds` the size of the family."""

    words: Count
    seeds: Count = 1
    column: Words = "text"
    batch: Count = 64
    learning_rate: Positive = 0.002
    schedule: Literal["cosine", "constant"] = "cosine"
    warmup: Momentum = 0.02
    clip: Positive = 1.0
    max_words: Count = 50
