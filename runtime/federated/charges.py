"""The lifetime ledger of people: what mechanisms have spent on them, over all runs, append-only.

`.synth/privacy/PEOPLE.jsonl` has one line a round: when, whose, which federation, and the event as
the accountant counts it. Nothing in it is private.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from synthc.compiler.graph.accounting import SubsampledGaussian, epsilon
from synthc.runtime.errors import ChargeRefused, InputError
from synthc.runtime.store import sync_folder


def ledger_file(project: Path, people: str) -> Path:
    """Return where the charges of some people stand."""
    return project / ".synth" / "privacy" / f"{quote(people, safe='')}.jsonl"


def charged_events(project: Path, people: str) -> list[SubsampledGaussian]:
    """Return all that was ever charged to some people, equal rounds together."""
    counts: Counter[tuple[float, float]] = Counter()
    for charge in _lines(ledger_file(project, people)):
        counts[float(charge["sampling"]), float(charge["noise"])] += 1
    return [SubsampledGaussian(sampling=sampling, noise=noise, rounds=rounds) for (sampling, noise), rounds in sorted(counts.items())]


@dataclass(slots=True, kw_only=True)
class Charges:
    """The charges of one federation; nobody else may charge the same people meanwhile.

    `budgets` are those of all sources of these people: each must hold.
    """

    project: Path
    people: str
    node: str
    place: str
    event: SubsampledGaussian
    budgets: Sequence[Mapping[str, float]]
    _names: set[str] = field(init=False)

    def __post_init__(self) -> None:
        """Read the names of all charges; a line that a kill cut off was never charged."""
        path = ledger_file(self.project, self.people)
        self._names = {str(line["charge"]) for line in _lines(path)}
        if path.exists():
            text = path.read_bytes()
            os.truncate(path, text.rfind(b"\n") + 1)

    def has(self, name: str) -> bool:
        """Tell whether a round was charged under a name."""
        return name in self._names

    def afford(self, rounds: int) -> None:
        """Raise unless so many more rounds stay within the budgets of these people's lifetime."""
        if rounds == 0:
            return
        before = charged_events(self.project, self.people)
        wanted = SubsampledGaussian(sampling=self.event.sampling, noise=self.event.noise, rounds=rounds)
        for budget in self.budgets:
            after = epsilon(_together([*before, wanted]), budget["delta"])
            if after > budget["epsilon"]:
                spent = epsilon(before, budget["delta"])
                raise ChargeRefused(
                    f"{self.place}: `{self.node}` would bring the lifetime epsilon of `{self.people}` from {spent:.3g} to {after:.3g},"
                    f" and their budget is {budget['epsilon']:g}; ask for less, raise the budget, or keep the model that is there"
                )

    def charge(self, name: str, round_: int) -> None:
        """Note a round under a name, unless it stands there already."""
        path = ledger_file(self.project, self.people)
        if self.has(name):
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        known = {"charge": name, "time": round(time.time()), "people": self.people, "node": self.node, "round": round_}
        event = {"mechanism": "gaussian", "sampling": self.event.sampling, "noise": self.event.noise}
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({**known, **event}) + "\n")
            file.flush()
            os.fsync(file.fileno())
        if not self._names:
            sync_folder(path.parent)
        self._names.add(name)


def _together(events: Sequence[SubsampledGaussian]) -> list[SubsampledGaussian]:
    counts: Counter[tuple[float, float]] = Counter()
    for event in events:
        counts[event.sampling, event.noise] += event.rounds
    return [SubsampledGaussian(sampling=s, noise=n, rounds=r) for (s, n), r in sorted(counts.items())]


def _lines(path: Path) -> list[dict[str, float | str]]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    whole = text if text.endswith("\n") or not text else text[: text.rfind("\n") + 1]
    try:
        return [json.loads(line) for line in whole.splitlines()]
    except ValueError:
        raise InputError(f"{path}: the privacy ledger is damaged; restore it from a copy, for without it nobody knows what was spent") from None
