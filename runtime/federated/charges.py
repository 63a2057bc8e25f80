"""The lifetime ledger of people: what mechanisms have spent on them, over all runs, append-only.

`.synth/privacy/PEOPLE.jsonl` has one line a round: on which day, whose, which federation, and the event
as the accountant counts it. Nothing in it is private; how long a round took would be, so that `time` is
the second in which the day began.

Rounds of correlated noise count as a series, by the last round that it has: one Gaussian on all of it.
A round that is drawn anew, with other noise, begins another series, counted from its first round on:
what it shows is part of what a whole second run would show.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from synthc.compiler.graph.accounting import Event, epsilon, round_up
from synthc.compiler.graph.spending import ADJACENCY, LEDGER, adjacencies, event
from synthc.runtime.errors import ChargeRefused, InputError
from synthc.runtime.store import sync_folder

DAY = 24 * 3600


def ledger_file(project: Path, people: str) -> Path:
    """Return where the charges of some people stand."""
    return project / ".synth" / "privacy" / f"{quote(people, safe='')}.jsonl"


def charged_events(project: Path, people: str) -> list[Event]:
    """Return all that was ever charged to some people, equal rounds together."""
    return _events(_lines(ledger_file(project, people)))


@dataclass(slots=True, kw_only=True)
class Charges:
    """The charges of one federation; nobody else may charge the same people meanwhile.

    `dp` is the mechanism of its node, `series` the name of its rounds where their noise is correlated;
    `budgets` are those of all sources of these people: each must hold.
    """

    project: Path
    people: str
    node: str
    place: str
    dp: Mapping[str, Any]
    series: str | None
    budgets: Sequence[Mapping[str, float]]
    _names: set[str] = field(init=False)
    _rounds: set[int] = field(init=False)

    def __post_init__(self) -> None:
        """Read the names of all charges; a line that a kill cut off was never charged."""
        lines = _lines(ledger_file(self.project, self.people))
        self._names = {line["charge"] for line in lines}
        self._rounds = {line["round"] for line in lines if self.series and line.get("series") == self.series}

    def has(self, name: str) -> bool:
        """Tell whether a round was charged under a name."""
        return name in self._names

    def afford(self, rounds: range, beside: Sequence[Mapping[str, Any]] = ()) -> list[dict[str, Any]]:
        """Return the lines of these rounds, counted from 0; raise unless they stay within the budgets of these people's lifetime, `beside` lines that are still to come."""
        if not rounds:
            return []
        before = [*_lines(ledger_file(self.project, self.people)), *beside]
        other = next((line["mechanism"] for line in before if not adjacencies(line) & adjacencies(self.dp)), None)
        if other is not None:
            raise ChargeRefused(
                f"{self.place}: `{self.node}` adds noise by `{self.dp['mechanism']}`, and `{self.people}` were charged under `{other}` before, which promises"
                f" {ADJACENCY[other]} and not {ADJACENCY[self.dp['mechanism']]}: the two do not compose; tune under the mechanism of before"
            )
        self._begin(rounds[0])
        wanted = [self._line("", round_) for round_ in rounds]
        for budget in self.budgets:
            after = epsilon(_events([*before, *wanted]), budget["delta"])
            if after > budget["epsilon"]:
                spent = epsilon(_events(before), budget["delta"])
                raise ChargeRefused(
                    f"{self.place}: `{self.node}` would bring the lifetime epsilon of `{self.people}` from {round_up(spent, 3):.3g} to {round_up(after, 3):.3g},"
                    f" and their budget is {budget['epsilon']:g}; ask for less, raise the budget, or keep the model that is there"
                )
        return wanted

    def charge(self, rounds: Mapping[str, int]) -> None:
        """Note rounds under their names, but for those that stand there already."""
        path, lines = ledger_file(self.project, self.people), list[str]()
        fresh = {name: round_ for name, round_ in rounds.items() if not self.has(name)}
        for name, round_ in fresh.items():
            self._begin(round_)
            lines.append(json.dumps(self._line(name, round_)) + "\n")
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            os.truncate(path, path.read_bytes().rfind(b"\n") + 1)
        with path.open("a", encoding="utf-8") as file:
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        if not self._names:
            sync_folder(path.parent)
        self._names.update(fresh)
        if self.series:
            self._rounds.update(fresh.values())

    def _begin(self, round_: int) -> None:
        """Begin another series where a round was charged already under other noise."""
        if round_ in self._rounds:
            self.series, self._rounds = f"{self.series}.{secrets.token_hex(4)}", set()

    def _line(self, name: str, round_: int) -> dict[str, Any]:
        known = {"charge": name, "time": int(time.time() // DAY * DAY), "people": self.people, "node": self.node, "round": round_}
        mechanism = self.dp["mechanism"]
        series = {"series": self.series} if self.series else {}
        return {**known, "mechanism": mechanism, **series, **{key: self.dp[key] for key in LEDGER[mechanism]}}


def _events(lines: Iterable[Mapping[str, Any]]) -> list[Event]:
    """Return what lines spend: equal rounds of independent noise together, and each series up to its last round."""
    counts: Counter[str] = Counter()
    for line in lines:
        spent = {key: line[key] for key in ("mechanism", *LEDGER[line["mechanism"]])}
        if "series" in line:
            name = json.dumps({**spent, "series": line["series"]})
            counts[name] = max(counts[name], line["round"] + 1)
        else:
            counts[json.dumps(spent)] += 1
    return [event(json.loads(name), rounds) for name, rounds in sorted(counts.items())]


def _lines(path: Path) -> list[dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    whole = text if text.endswith("\n") or not text else text[: text.rfind("\n") + 1]
    try:
        lines = [json.loads(line) for line in whole.splitlines()]
        strange = next((line["mechanism"] for line in lines if line["mechanism"] not in LEDGER), None)
        damaged = any(not {"charge", "round", *LEDGER[line["mechanism"]]} <= line.keys() for line in lines if strange is None)
    except (ValueError, KeyError, TypeError, AttributeError):
        damaged = True
    if damaged:
        raise InputError(f"{path}: the privacy ledger is damaged; restore it from a copy, for without it nobody knows what was spent")
    if strange is not None:
        raise InputError(f"{path}: people were charged under `{strange}`, which this version cannot count; go on with the version that did")
    return lines
