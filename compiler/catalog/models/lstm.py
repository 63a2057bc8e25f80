"""`lstm(keys)`: an LSTM language model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from synthc.compiler.catalog.model import ModelEntry, Size, around
from synthc.compiler.catalog.values import Count, Settings, YesNo

PRESETS: Mapping[str, Mapping[str, Any]] = {
    "stackoverflow": {"embedding": 96, "hidden": 670, "projection": 96, "layers": 1, "coupled": False, "tied": False},
    "phone": {"embedding": 128, "hidden": 670, "projection": None, "layers": 1, "coupled": False, "tied": True},
    "phone_coupled": {"embedding": 144, "hidden": 670, "projection": None, "layers": 1, "coupled": True, "tied": True},
    "phone_wide": {"embedding": 96, "hidden": 1024, "projection": None, "layers": 1, "coupled": True, "tied": True},
}
"""Sizes by name. `stackoverflow` is the public model of google-research/federated, 4,050,748 parameters at 10,000 words; the others have about
6 million at 30,000, the size of on-device models in arXiv 2404.04360, whose layers are not published."""


class Lstm(Settings):
    """Its sizes, one by one or by a `preset`; `coupled` ties the input gate to the forget gate (CIFG); `tied` shares the embedding with the output."""

    preset: Literal["stackoverflow", "phone", "phone_coupled", "phone_wide"] | None = Field(
        None, exclude=True, description="All sizes by a name: the public StackOverflow model, 4.05 million parameters at 10k words, or one of about 6 million at 30k words."
    )
    embedding: Count = Field(96, description="The size of a word's vector.")
    hidden: Count = Field(670, description="The number of cells of a layer.")
    projection: Count | None = Field(None, description="The size to which the last layer's output is projected; none if left out, but for what `tied` needs.")
    layers: Count = Field(1, description="The number of layers.")
    coupled: YesNo = Field(default=False, description="Whether the input gate is one minus the forget gate (CIFG), which saves a quarter of the weights of a layer.")
    tied: YesNo = Field(default=True, description="Whether the output uses the word vectors of the input.", validate_default=True)

    @model_validator(mode="before")
    @classmethod
    def _filled(cls, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Fill in the sizes of a preset."""
        sizes = PRESETS.get(given.get("preset", ""), {})
        if both := [name for name in sizes if name in given]:
            raise ValueError(f"`preset = {given['preset']}` says all sizes, so {' and '.join(f'`{name}`' for name in both)} cannot stand beside it")
        return {**given, **sizes}

    @field_validator("tied")
    @classmethod
    def _fits(cls, tied: bool, info: ValidationInfo) -> bool:  # noqa: FBT001 - pydantic hands it over so
        return fits(tied, info)


def fits(tied: bool, info: ValidationInfo) -> bool:  # noqa: FBT001 - the value of a setting
    """Refuse an output that is to share the embedding and reads another size."""
    projection, embedding = info.data.get("projection"), info.data.get("embedding")
    if tied and projection is not None and embedding is not None and projection != embedding:
        raise ValueError(f"shares the word vectors of size {embedding} with an output that reads {projection}; leave out `projection`, or say `tied = false`")
    return tied


def size(settings: Mapping[str, Any], ids: int) -> Size:
    """Return how large it is; each gate has one bias, and coupled gates save what is learnt and no work.

    >>> size(PRESETS["stackoverflow"], 10_004).parameters
    4050748
    """
    hidden, gates = settings["hidden"], 3 if settings["coupled"] else 4
    inputs = [settings["embedding"]] + [hidden] * (settings["layers"] - 1)
    rest = around(ids, settings, hidden)
    return Size(
        parameters=sum(gates * hidden * (width + hidden + 1) for width in inputs) + rest.parameters,
        flops=sum(8 * hidden * (width + hidden) for width in inputs) + rest.flops,
    )


MODEL = ModelEntry(settings=Lstm, size=size, compiles=False)
