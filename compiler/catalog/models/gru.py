"""`gru(keys)`: a language model of gated recurrent units, with a quarter less to learn than an LSTM of the same width."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field, ValidationInfo, field_validator

from synthc.compiler.catalog.model import ModelEntry, Size, around
from synthc.compiler.catalog.models.lstm import fits
from synthc.compiler.catalog.values import Count, Settings, YesNo


class Gru(Settings):
    """Its sizes; `tied` shares the embedding with the output."""

    embedding: Count = Field(96, description="The size of a word's vector.")
    hidden: Count = Field(670, description="The number of units of a layer.")
    projection: Count | None = Field(None, description="The size to which the last layer's output is projected; none if left out, but for what `tied` needs.")
    layers: Count = Field(1, description="The number of layers.")
    tied: YesNo = Field(default=True, description="Whether the output uses the word vectors of the input.", validate_default=True)

    @field_validator("tied")
    @classmethod
    def _fits(cls, tied: bool, info: ValidationInfo) -> bool:  # noqa: FBT001 - pydantic hands it over so
        return fits(tied, info)


def size(settings: Mapping[str, Any], ids: int) -> Size:
    """Return how large it is; each gate has two biases, as in cuDNN and torch."""
    hidden = settings["hidden"]
    inputs = [settings["embedding"]] + [hidden] * (settings["layers"] - 1)
    rest = around(ids, settings, hidden)
    return Size(
        parameters=sum(3 * hidden * (width + hidden + 2) for width in inputs) + rest.parameters,
        flops=sum(6 * hidden * (width + hidden) for width in inputs) + rest.flops,
    )


MODEL = ModelEntry(settings=Gru, size=size, compiles=False)
