"""The files of a publication, by their paths in the repository."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import polars as pl

from synthc.compiler.graph import Node
from synthc.runtime.errors import InputError
from synthc.runtime.rows import PART, USER, Dataset

OF_A_MODEL = ("model.safetensors", "config.json", "vocab.json")
"""What a model is made of; nothing else that stands beside it leaves."""


def files_of(node: Node, folder: Path) -> dict[str, Path]:
    """Return the shards of a dataset, or the weights, settings and words of a model (the first of a family).

    Raises:
        InputError: the run has not made it, or its rows say who wrote them.
    """
    if node.columns:
        shards = Dataset(folder=folder / "datasets" / node.name).shards
        _expect(shards, node, folder)
        for shard in shards:
            if {USER, PART} & set(pl.read_parquet_schema(shard)):
                raise InputError(f"{node.place}: `{node.name}` is never published: its rows say which user they are of")
        return {f"data/{shard.name}": shard for shard in shards}
    place = folder / "models" / node.name
    place = place / "seed-0" if (place / "seed-0").is_dir() else place
    found = {name: place / name for name in OF_A_MODEL}
    _expect(found.values(), node, folder)
    return found


def _expect(files: Collection[Path], node: Node, folder: Path) -> None:
    if not files or not all(path.is_file() for path in files):
        raise InputError(f"{folder}: `{node.name}` was not made in this run, or is not among what may be shown; `synthc run` makes it")
