"""The cells of a grid, by their index; never all at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import polars as pl

from synthc.runtime.rows import ID

BATCH = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The values of each slot; the last slot varies fastest."""

    slots: Mapping[str, list[Any]]
    schema: Mapping[str, Any]

    @property
    def size(self) -> int:
        """How many cells there are."""
        return math.prod(len(values) for values in self.slots.values())

    def frames(self, indices: Iterator[int]) -> Iterator[pl.DataFrame]:
        """Yield the cells of some indices, in that order."""
        waiting: list[dict[str, Any]] = []
        for index in indices:
            waiting.append(self._cell(index))
            if len(waiting) == BATCH:
                yield pl.DataFrame(waiting, schema=dict(self.schema))
                waiting.clear()
        if waiting:
            yield pl.DataFrame(waiting, schema=dict(self.schema))

    def _cell(self, index: int) -> dict[str, Any]:
        cell: dict[str, Any] = {ID: f"g{index}"}
        for name, values in reversed(self.slots.items()):
            index, place = divmod(index, len(values))
            cell[name] = values[place]
        return cell


def draw_indices(size: int, count: int, seed: int) -> list[int]:
    """Return distinct indices below `size` in rising order, drawn by the seed, without listing all."""
    if count >= size:
        return list(range(size))
    drawn: set[int] = set()
    number = 0
    while len(drawn) < count:
        word = blake2b(f"{seed} grid {number}".encode(), digest_size=16).digest()
        drawn.add(int.from_bytes(word, "big") % size)
        number += 1
    return sorted(drawn)


def slot_values(slot: Mapping[str, Any], distinct: Callable[[str, str], list[Any]]) -> list[Any]:
    """Return the values of a slot: a list, a range of whole numbers, or a column's distinct values."""
    if "range" in slot:
        low, high = slot["range"]
        return list(range(low, high + 1))
    if "column" in slot:
        reference, column = slot["column"]
        return distinct(reference["node"], column)
    return list(slot["list"])
