"""What the server of an exported app writes down before anything is released: charges, and who took part how often."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from synthc.runtime.federated.deployed.terms import Terms


@dataclass(slots=True, kw_only=True)
class Book:
    """`ledger.jsonl`, a line a round, and `participations.jsonl`, a line a device and round; both only grow."""

    folder: Path
    terms: Terms
    _names: set[str] = field(init=False)
    _taken: Counter[int] = field(init=False)

    def __post_init__(self) -> None:
        """Read what was written before."""
        self._names = {line["charge"] for line in self._lines("ledger.jsonl")}
        self._taken = Counter(line["node"] for line in self._lines("participations.jsonl"))

    def charge(self, name: str, round_: int) -> None:
        """Note a round under a name, unless it stands there already."""
        if name not in self._names:
            event = {"mechanism": "gaussian", "sampling": 1.0, "noise": self.terms.noise, "adjacency": self.terms.adjacency}
            self._append("ledger.jsonl", [{"charge": name, "time": round(time.time()), "round": round_, **event}])
            self._names.add(name)

    def may(self, nodes: Iterable[int]) -> list[int]:
        """Return the devices that may take part once more."""
        return [node for node in nodes if self._taken[node] < self.terms.participations]

    def take(self, nodes: Iterable[int], round_: int) -> None:
        """Note who takes part; a device that then doesn't answer has taken part all the same."""
        lines = [{"node": node, "round": round_} for node in nodes]
        self._append("participations.jsonl", lines)
        self._taken.update(line["node"] for line in lines)

    def _append(self, name: str, lines: list[dict[str, Any]]) -> None:
        with (self.folder / name).open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines)
            file.flush()
            os.fsync(file.fileno())

    def _lines(self, name: str) -> list[dict[str, Any]]:
        path = self.folder / name
        if not path.exists():
            return []
        whole = path.read_bytes().rpartition(b"\n")[0]
        os.truncate(path, len(whole) + bool(whole))  # behind a line that a kill cut off nobody was asked yet
        return [json.loads(line) for line in whole.splitlines()]
