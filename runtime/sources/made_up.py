"""Whose a row of a text without users is: made up, the same at each reading of the same files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(slots=True, kw_only=True)
class MadeUp:
    """The users of one reading, by what the source says of them."""

    settings: Mapping[str, Any]
    rows: int = 0
    _shares: dict[str, NDArray[np.float64]] = field(default_factory=dict)

    def user(self, value: Any, identity: str) -> str:
        """Return whose the next row is; `value` is what its column holds, `identity` is the row's own."""
        self.rows += 1
        if self.settings["kind"] == "rows":
            return f"{(self.rows - 1) // self.settings['rows']}"
        topic = json.dumps(value, sort_keys=True, ensure_ascii=False)
        return topic if self.settings["kind"] == "by" else str(self._drawn(topic, identity))

    def _drawn(self, topic: str, identity: str) -> int:
        """Draw a user by the shares that users have of a topic; those are drawn once, by the topic alone."""
        if topic not in self._shares:
            random = np.random.default_rng(int.from_bytes(blake2b(topic.encode("utf-8", "surrogatepass"), digest_size=8).digest()))
            self._shares[topic] = np.cumsum(random.dirichlet(np.full(self.settings["users"], self.settings["alpha"])))
        shares = self._shares[topic]
        drawn = int.from_bytes(blake2b(f"user {identity}".encode(), digest_size=8).digest()) / 2**64
        return min(int(np.searchsorted(shares, drawn, side="right")), len(shares) - 1)
