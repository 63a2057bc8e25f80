"""Places the nodes of a graph in layers, so that arrows point down and seldom cross."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

SWEEPS = 12


class Bend(NamedTuple):
    """A place in a layer through which the arrows of a node pass on their way further down."""

    of: str
    layer: int


Place = str | Bend


@dataclass(frozen=True, slots=True, kw_only=True)
class Layered:
    """Where everything is: the centre of each place, its layer, and the arrows as the places they pass."""

    across: Mapping[Place, float]
    layer: Mapping[str, int]
    arrows: Mapping[tuple[str, str], tuple[Place, ...]]
    width: float
    layers: int


def layered(inputs: Mapping[str, tuple[str, ...]], *, node: float, bend: float) -> Layered:
    """Place nodes that are given in order with what they read; widths include the room between."""
    layer = _layers(inputs)
    arrows = {(of, name): _path(of, name, layer) for name, reads in inputs.items() for of in reads}
    rows = _rows(inputs, layer, arrows)
    above = _neighbours((low, high) for path in arrows.values() for high, low in pairwise(path))
    below = _neighbours((high, low) for path in arrows.values() for high, low in pairwise(path))
    rows = _untangle(rows, above, below)
    across = _spread(rows, above, below, {place: bend if isinstance(place, Bend) else node for row in rows for place in row})
    left = min((across[name] for name in inputs), default=0.0)
    left = min(left, *(x - (bend - node) / 2 for place, x in across.items() if isinstance(place, Bend))) if any(isinstance(p, Bend) for p in across) else left
    moved = {place: x - left + node / 2 for place, x in across.items()}
    right = max((x + (bend if isinstance(place, Bend) else node) / 2 for place, x in moved.items()), default=node)
    return Layered(across=moved, layer=layer, arrows=arrows, width=right, layers=len(rows))


def _layers(inputs: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """Return each node's layer, behind all it reads; what reads nothing stands right above its first reader."""
    layer: dict[str, int] = {}
    for name, reads in inputs.items():
        layer[name] = 1 + max((layer[of] for of in reads), default=-1)
    for name, reads in inputs.items():
        if not reads:
            layer[name] = min((layer[other] for other, its in inputs.items() if name in its), default=1) - 1
    return layer


def _path(of: str, name: str, layer: Mapping[str, int]) -> tuple[Place, ...]:
    return (of, *(Bend(of, between) for between in range(layer[of] + 1, layer[name])), name)


def _rows(inputs: Mapping[str, tuple[str, ...]], layer: Mapping[str, int], arrows: Mapping[tuple[str, str], tuple[Place, ...]]) -> list[list[Place]]:
    rows: list[list[Place]] = [[] for _ in range(1 + max(layer.values(), default=-1))]
    for name in inputs:
        rows[layer[name]].append(name)
    for path in arrows.values():
        for place in path[1:-1]:
            if isinstance(place, Bend) and place not in rows[place.layer]:
                rows[place.layer].append(place)
    return rows


def _neighbours(pairs: Iterable[tuple[Place, Place]]) -> dict[Place, list[Place]]:
    found: dict[Place, list[Place]] = {}
    for place, other in pairs:
        if other not in found.setdefault(place, []):
            found[place].append(other)
    return found


def _untangle(rows: list[list[Place]], above: Mapping[Place, list[Place]], below: Mapping[Place, list[Place]]) -> list[list[Place]]:
    """Order each row by the mean place of its neighbours, down and up again; keep what crosses least."""
    best, least = rows, _crossings(rows, below)
    for sweep in range(SWEEPS):
        neighbours = below if sweep % 2 else above
        order = list(reversed(range(len(rows)))) if sweep % 2 else list(range(len(rows)))
        rows = [list(row) for row in rows]
        for index in order:
            other = rows[index + 1 if sweep % 2 else index - 1] if 0 <= index + (1 if sweep % 2 else -1) < len(rows) else []
            place_of = {place: position for position, place in enumerate(other)}
            now = {place: position for position, place in enumerate(rows[index])}
            rows[index].sort(key=lambda place: _mean([place_of[n] for n in neighbours.get(place, []) if n in place_of], now[place]))  # noqa: B023 -- sorted at once
        crossings = _crossings(rows, below)
        if crossings < least:
            best, least = rows, crossings
    return best


def _mean(values: list[int], otherwise: int) -> float:
    return sum(values) / len(values) if values else otherwise


def _crossings(rows: list[list[Place]], below: Mapping[Place, list[Place]]) -> int:
    total = 0
    for row, following in pairwise(rows):
        place_of = {place: position for position, place in enumerate(following)}
        lines = [(index, place_of[other]) for index, place in enumerate(row) for other in below.get(place, [])]
        total += sum((a - c) * (b - d) < 0 for i, (a, b) in enumerate(lines) for c, d in lines[i + 1 :])
    return total


def _spread(
    rows: list[list[Place]], above: Mapping[Place, list[Place]], below: Mapping[Place, list[Place]], width: Mapping[Place, float]
) -> dict[Place, float]:
    """Return the centre of each place: near the mean of its neighbours, and apart from those beside it."""
    across: dict[Place, float] = {}
    for row in rows:
        begin = -sum(width[place] for place in row) / 2
        for place in row:
            across[place] = begin + width[place] / 2
            begin += width[place]
    for sweep in range(2 * SWEEPS):
        for row in rows if sweep % 2 else reversed(rows):
            wanted = []
            for place in row:
                near = [across[other] for other in (*above.get(place, []), *below.get(place, []))]
                wanted.append(sum(near) / len(near) if near else across[place])
            across.update(zip(row, _apart(wanted, [width[place] for place in row]), strict=True))
    return across


def _apart(wanted: list[float], width: list[float]) -> list[float]:
    """Return places near those wanted that keep their order and do not overlap."""
    pushed_right, pushed_left = list(wanted), list(wanted)
    for i in range(1, len(wanted)):
        pushed_right[i] = max(wanted[i], pushed_right[i - 1] + (width[i] + width[i - 1]) / 2)
    for i in reversed(range(len(wanted) - 1)):
        pushed_left[i] = min(wanted[i], pushed_left[i + 1] - (width[i] + width[i + 1]) / 2)
    return [(a + b) / 2 for a, b in zip(pushed_right, pushed_left, strict=True)]
