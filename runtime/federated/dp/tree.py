"""Noise by aggregation along binary trees: of T rounds a sum has the noise of about log T numbers, not of T.

Kairouz et al. 2021, "Practical and private (deep) learning without sampling or shuffling", with the
estimate of a node improved by what is known below it (Honaker 2015). Every complete node, the rounds
from i 2^h up to (i + 1) 2^h, has noise of its own; the noise on the sum of all rounds so far is that of
the nodes which they fall into, and that of a round is what it changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from synthc.compiler.graph.aggregation import variance
from synthc.runtime.federated.dp.keystream import normal, subkey
from synthc.runtime.federated.dp.mechanism import Arrays, Vector


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """After `restart` rounds a tree is over: its noise stays in the sum, and a new one begins."""

    restart: int | None

    @classmethod
    def of(cls, dp: Mapping[str, Any]) -> Tree:
        """Return the trees of a node's mechanism."""
        return cls(restart=dp["restart"])

    def begin(self, size: int) -> Arrays:
        """Remember no node."""
        del size
        return {}

    def next(self, round_: int, size: int, key: bytes, state: Arrays) -> tuple[Vector, Arrays]:
        """Return the noise of a round; remembered is one node of each height that the rounds so far fall into."""
        fresh_tree = self.restart is not None and round_ % self.restart == 0
        nodes = {} if fresh_tree else {name: node for name, node in state.items() if name.startswith("node")}
        before = _sum(nodes, size)
        node, height = normal(subkey(key, 0), size), 0
        while f"node{height}" in nodes:
            below = nodes.pop(f"node{height}") + node
            own = 2 * variance(height) / (1 + 2 * variance(height))  # two halves of this variance beside noise of 1
            height += 1
            node = own * normal(subkey(key, height), size) + (1 - own) * below
        nodes[f"node{height}"] = node.astype(np.float32)
        return _sum(nodes, size) - before, nodes


def _sum(nodes: Arrays, size: int) -> Vector:
    total = np.zeros(size)
    for _, node in sorted(nodes.items()):
        total += node
    return total
