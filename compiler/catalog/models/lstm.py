"""`lstm(keys)`: a word-level LSTM language model."""

from __future__ import annotations

from pydantic import Field

from synthc.compiler.catalog.values import Count, Settings, YesNo


class Lstm(Settings):
    """Its sizes: `coupled` ties the input gate to the forget gate (CIFG); `tied` shares the embedding with the output."""

    embedding: Count = Field(96, description="The size of a word's vector.")
    hidden: Count = Field(670, description="The number of cells of a layer.")
    projection: Count | None = Field(None, description="The size to which a layer's output is projected; none if left out, but for what `tied` needs.")
    layers: Count = Field(1, description="The number of layers.")
    coupled: YesNo = Field(default=False, description="Whether the input gate is one minus the forget gate (CIFG), which saves a quarter of the weights of a layer.")
    tied: YesNo = Field(default=True, description="Whether the output uses the word vectors of the input.")
