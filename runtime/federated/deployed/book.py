"""What the server of an exported app writes down before anything is released: charges, and who took part how often, and when."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from synthc.compiler.graph.spending import LEDGER
from synthc.runtime.errors import InputError
from synthc.runtime.federated.deployed.lines import add, grown
from synthc.runtime.federated.deployed.terms import Terms


@dataclass(slots=True, kw_only=True)
class Book:
    """`ledger.jsonl`, a line a round, and `participations.jsonl`, a line a device and round; both only grow."""

    folder: Path
    terms: Terms
    _names: dict[str, int] = field(init=False)
    _taken: dict[int, set[int]] = field(init=False)

    def __post_init__(self) -> None:
        """Read what was written before."""
        self._names = {line["charge"]: line["round"] for line in self._lines("ledger.jsonl")}
        self._taken = {}
        for line in self._lines("participations.jsonl"):
            self._taken.setdefault(line["node"], set()).add(line["round"])

    def charge(self, name: str, round_: int) -> None:
        """Note a round under a name, unless it stands there already.

        Raises:
            InputError: its noise would be drawn a second time, and rests on that of other rounds.
        """
        if name in self._names:
            return
        if self.terms.correlated and round_ in self._names.values():
            raise InputError(
                f"{self.folder}: round {round_} was begun before, under noise that is not here any more; this folder was put back to an older copy, and `{self.terms.dp['mechanism']}`"
                " would show what later rounds took back: put the newest copy there, or export a new app"
            )
        dp = self.terms.dp
        spent = {"mechanism": dp["mechanism"], **{key: dp[key] for key in LEDGER[dp["mechanism"]]}, "adjacency": self.terms.adjacency}
        self._add("ledger.jsonl", [{"charge": name, "time": round(time.time()), "round": round_, **spent}])
        self._names[name] = round_

    def may(self, nodes: Iterable[int], round_: int) -> list[int]:
        """Return the devices that may take part in a round: not as often as promised yet, and long enough ago.

        Who was asked in this very round may be asked again: a server that stopped released nothing of it.
        """
        return [node for node in nodes if self._free(self._taken.get(node, set()), round_)]

    def first(self, nodes: list[int], round_: int) -> list[int]:
        """Return devices in the order in which they are asked: by lot, but those first whose turn this round was already."""
        lots = random.SystemRandom().sample(nodes, len(nodes))
        return sorted(lots, key=lambda node: round_ not in self._taken.get(node, set()))

    def take(self, nodes: Iterable[int], round_: int) -> None:
        """Note who takes part; a device that then doesn't answer has taken part all the same."""
        lines = [{"node": node, "round": round_} for node in nodes]
        self._add("participations.jsonl", lines)
        for line in lines:
            self._taken.setdefault(line["node"], set()).add(round_)

    def document(self, rounds: int) -> dict[str, Any]:
        """Return what was promised, and what came of it behind so many rounds."""
        gaps = [later - earlier for taken in self._taken.values() for earlier, later in pairwise(sorted(taken))]
        measured = {"devices": len(self._taken), "separation": min(gaps, default=None), "participations": max(map(len, self._taken.values()), default=0)}
        return {**self.terms.promise(), "rounds_done": rounds, "rounds_charged": len(self._names), "measured": measured}

    def _free(self, taken: set[int], round_: int) -> bool:
        apart = not taken or max(taken) == round_ or round_ - max(taken) >= self.terms.separation
        return apart and len(taken | {round_}) <= self.terms.participations

    def _add(self, name: str, lines: list[dict[str, Any]]) -> None:
        with grown(self.folder / name) as (_, file):
            add(file, lines)

    def _lines(self, name: str) -> list[dict[str, Any]]:
        try:
            with grown(self.folder / name) as (lines, _):
                return lines
        except ValueError:
            raise InputError(f"{self.folder / name} is damaged; restore it from a copy, for without it nobody knows who took part and what was spent") from None
