"""What every model of the catalog is: its settings, and how large and how busy they make it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from synthc.compiler.catalog.door import Door
from synthc.compiler.catalog.values import Settings

CONTEXT = 20
"""The places of a sentence that the work of attention is counted for."""
ADAMW = 16
"""Bytes for each trained number while AdamW trains: its weight, its gradient and two means, in single precision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many numbers are trained, and the floating-point operations of one place of a sentence, forwards.

    Two for each product that is added up, in matrix products alone, as torch's own counter does.
    """

    parameters: int
    flops: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelEntry:
    """A model of the catalog: its settings, and its size by them and by how many ids there are; without `size` nobody knows.

    `compiles` is false where `torch.compile` has nothing to do, as recurrent layers are one operation each and are left as they are.
    """

    settings: type[Settings]
    size: Callable[[Mapping[str, Any], int], Size] | None = None
    compiles: bool = True


MODELS = Door(
    group="synthc.models",
    of=ModelEntry,
    built_in={kind: f"synthc.compiler.catalog.models.{kind}:MODEL" for kind in ("lstm", "gru", "transformer")},
)
"""Entry points of this group name a kind and lead to its `ModelEntry`; its module stands under `synthc.modules`."""
SPECIAL = 4
"""Ids that are no words."""


def size_of(model: Mapping[str, Any], vocab: Mapping[str, Any]) -> Size | None:
    """Return the size of a model by its settings and those of its vocabulary, taken to be full."""
    entry = MODELS.find(model["kind"])
    return entry.size(model, vocab["size"] + SPECIAL) if entry is not None and entry.size is not None else None


def output(settings: Mapping[str, Any], width: int) -> int:
    """Return the size of what the output layer reads behind layers of some width."""
    return int(settings["projection"] or (settings["embedding"] if settings["tied"] else width))


def around(ids: int, settings: Mapping[str, Any], width: int) -> Size:
    """Return the size of what stands around recurrent layers: word vectors, the way down, and the output."""
    embedding, out = settings["embedding"], output(settings, width)
    down = out != width
    return Size(
        parameters=ids * embedding + (width + 1) * out * down + ids + (0 if settings["tied"] else ids * out),
        flops=2 * width * out * down + 2 * out * ids,
    )
