"""`transformer(keys)`: a small decoder, with norms before its layers, rotary positions and no biases but the output's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field, ValidationInfo, field_validator

from synthc.compiler.catalog.model import CONTEXT, ModelEntry, Size
from synthc.compiler.catalog.values import Count, Settings, YesNo


class Transformer(Settings):
    """Its sizes; `tied` shares the embedding with the output."""

    embedding: Count | None = Field(None, description="The size of a word's vector; `width` if left out. A smaller one is projected up, and down before the output.")
    width: Count = Field(256, description="The size of what a layer hands on.")
    layers: Count = Field(4, description="The number of layers.")
    heads: Count = Field(4, description="The number of attention heads of a layer; they share its width.", validate_default=True)
    inner: Count | None = Field(None, description="The width between the two halves of a layer's feed-forward part; four times `width` if left out.")
    tied: YesNo = Field(default=True, description="Whether the output uses the word vectors of the input.")

    @field_validator("heads")
    @classmethod
    def _even(cls, heads: int, info: ValidationInfo) -> int:
        """Refuse heads that cannot share the width evenly, in pairs, as positions turn two numbers at a time."""
        width = info.data.get("width")
        if width is not None and width % heads:
            raise ValueError(f"share a width of {width}, which {heads} does not divide")
        if width is not None and width // heads % 2:
            raise ValueError(f"have {width // heads} of a width of {width} each, and rotary positions want an even number")
        return heads


def size(settings: Mapping[str, Any], ids: int) -> Size:
    """Return how large it is; attention is counted over a sentence of `CONTEXT` places, those ahead included, as torch counts."""
    width, layers = settings["width"], settings["layers"]
    embedding, inner = settings["embedding"] or width, settings["inner"] or 4 * width
    aside = 2 * embedding * width if embedding != width else 0
    products = 4 * width * width + 2 * width * inner
    norms = (2 * layers + 1) * width
    return Size(
        parameters=ids * embedding + aside + layers * products + norms + ids + (0 if settings["tied"] else ids * embedding),
        flops=2 * aside + layers * (2 * products + 4 * CONTEXT * width) + 2 * embedding * ids,
    )


MODEL = ModelEntry(settings=Transformer, size=size)
