"""The cells of a grid, by their index; never all at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import polars as pl

from synthc.runtime.rows import ID

BATCH = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The values of each slot; the last slot varies fastest."""

    slots: Mapping[str, Sequence[Any]]
    schema: Mapping[str, Any]

    @property
    def size(self) -> int:
        """How many cells there are."""
        return math.prod(len(values) for values in self.slots.values())

    def frames(self, indices: Iterable[int]) -> Iterator[pl.DataFrame]:
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
        for name, values in reversed(list(self.slots.items())):
            index, place = divmod(index, len(values))
            cell[name] = values[place]
        return cell


def draw_indices(size: int, count: int, seed: int) -> Sequence[int]:
    """Return distinct indices below `size` in rising order, drawn by the seed, without listing all.

    >>> len(draw_indices(10**18, 3, seed=0))
    3
    """
    if count >= size:
        return range(size)
    drawn: set[int] = set()
    number = 0
    while len(drawn) < count:
        word = blake2b(f"{seed} grid {number}".encode(), digest_size=16).digest()
        drawn.add(int.from_bytes(word, "big") % size)
        number += 1
    return sorted(drawn)


def weighed_indices(slots: Mapping[str, Sequence[Any]], column: str, quotas: Mapping[Any, int], seed: int) -> list[int]:
    """Return distinct indices in rising order, as many with each value of a slot as wanted, or all that have it.

    >>> weighed_indices({"topic": ["work", "sport"], "hour": range(24)}, "topic", {"work": 2, "sport": 0}, seed=0)
    [0, 2]
    """
    names = list(slots)
    inner = math.prod(len(slots[name]) for name in names[names.index(column) + 1 :])
    values = slots[column]
    others = math.prod(len(of) for of in slots.values()) // max(1, len(values))
    found: list[int] = []
    for place, value in enumerate(values):
        # Which cells are drawn of a value rests on nothing but the value, so that another share moves no cell of the others.
        own = int.from_bytes(blake2b(f"{seed} {value!r}".encode(), digest_size=8).digest(), "big")
        for index in draw_indices(others, quotas.get(value, 0), own):
            outer, last = divmod(index, inner)
            found.append((outer * len(values) + place) * inner + last)
    return sorted(found)


def slot_values(slot: Mapping[str, Any], distinct: Callable[[str, str], list[Any]]) -> Sequence[Any]:
    """Return the values of a slot: a list, a range of whole numbers, or a column's distinct values.

    >>> slot_values({"range": [18, 70]}, distinct=lambda node, column: [])
    range(18, 71)
    """
    if "range" in slot:
        low, high = slot["range"]
        return range(low, high + 1)
    if "column" in slot:
        reference, column = slot["column"]
        return distinct(reference["node"], column)
    return list(slot["list"])
