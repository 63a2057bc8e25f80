"""The work that every engine of the bench does: users with text, a model, and rounds of twenty of them.

200 users of whom a round takes 20, drawn by its number alone; one epoch of plain SGD in batches of 16 sentences of
20 words; updates clipped to 0.3, noise of half that on the sum, the mean by 20.
"""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

USERS, COHORT, WORDS, BATCH = 200, 20, 20, 16
CLIP, NOISE, RATE = 0.3, 0.5, 0.5
MODELS = {
    1: {"vocabulary": 4_000, "kind": "lstm", "embedding": 128, "hidden": 256, "projection": None, "layers": 1, "coupled": False, "tied": True},
    5: {"vocabulary": 10_000, "kind": "lstm", "embedding": 256, "hidden": 670, "projection": None, "layers": 1, "coupled": False, "tied": True},
}
"""By millions of parameters: 0.94 and 5.2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One case, its files in `folder`: a model of so many million parameters, users of so many sentences."""

    folder: Path
    millions: int
    sentences: int
    users: int = USERS

    @property
    def settings(self) -> dict[str, Any]:
        """The model as synthc describes it."""
        return {name: value for name, value in MODELS[self.millions].items() if name != "vocabulary"}

    @property
    def vocabulary(self) -> int:
        """How many words there are."""
        return MODELS[self.millions]["vocabulary"]

    def text(self) -> NDArray[np.int32]:
        """Return ids_UST of all users, the same at each call."""
        random = np.random.default_rng(7)
        return random.integers(8, self.vocabulary, (self.users, self.sentences, WORDS), np.int32)

    def cohort(self, round_: int) -> NDArray[np.int64]:
        """Return who takes part in a round."""
        return np.sort(np.random.default_rng([5, round_]).permutation(self.users)[:COHORT])


@dataclass(slots=True)
class Clock:
    """When rounds ended, and what all processes took; two rounds of warm-up are left out."""

    started: float
    ends: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    known: list[int] = field(default_factory=list)
    pss_mb: float = 0.0

    def tick(self, *_: object) -> None:
        """Note that a round has ended; memory is looked at once, in the warm-up."""
        self.ends.append(time.time())
        if len(self.ends) == 2:
            self.known = processes()  # looking for them takes milliseconds, which would be part of each round
            self.pss_mb = sum(map(_pss, self.known))
            self.ends[-1] = time.time()
        self.cpu.append(sum(map(_cpu, self.known)))

    def told(self) -> dict[str, float]:
        """Return seconds from the start of the process to the end of its first round, and seconds, CPU seconds and memory of the rounds behind the second."""
        rounds = len(self.ends) - 2
        return {
            "first_round_s": self.ends[0] - self.started,
            "round_s": (self.ends[-1] - self.ends[1]) / rounds,
            "cpu_s": (self.cpu[-1] - self.cpu[1]) / rounds,
            "pss_mb": self.pss_mb,
        }


def processes() -> list[int]:
    """Return this process and all below it."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    found = [os.getpid()]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def _cpu(process: int) -> float:
    with contextlib.suppress(OSError):
        fields = (Path("/proc") / str(process) / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def _pss(process: int) -> float:
    with contextlib.suppress(OSError):
        text = (Path("/proc") / str(process) / "smaps_rollup").read_text()
        return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) / 1024
    return 0.0
