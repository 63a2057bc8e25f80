"""`lstm(keys)`: a word-level LSTM language model."""

from __future__ import annotations

from synthc.compiler.catalog.values import Count, Settings, YesNo


class Lstm(Settings):
    """Its sizes: `coupled` ties the input gate to the forget gate (CIFG); `tied` shares the embedding with the output."""

    embedding: Count = 96
    hidden: Count = 670
    projection: Count | None = None
    layers: Count = 1
    coupled: YesNo = False
    tied: YesNo = True
