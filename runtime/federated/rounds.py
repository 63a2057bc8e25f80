"""What of a federation must survive a kill: the model, the keys of the open rounds, their charges.

Nothing leaves memory but a state on the disk, so that rounds may go on for some seconds between two
of them; those are a segment. Its secret comes from the system's entropy and is written before anything
is drawn; each round's keys are derived from it. At its end the charges of its rounds are written,
then the state behind the last, and then the secret is destroyed. Rounds that were begun and not
written are repeated with the same keys, from the state that they began with, and charged under the
same names, so that they are the same release: to the bit, or to the order of a sum where the number of
workers is another.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load, save

from synthc.runtime.federated.device import STATS
from synthc.runtime.federated.dp.keystream import KEY_BYTES
from synthc.runtime.store import sync_folder

Charge = Callable[[Mapping[str, int]], None]
"""Notes rounds, counted from 0, under their names; under a name that it noted before it notes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """All that a round counted from 0 starts from: the model, flat, and what is remembered beside it.

    `server` are the moments of the server's optimiser, `mechanism` what the mechanism remembers; both
    are written and hashed whole.
    """

    round: int
    weights: NDArray[np.float32]
    server: Mapping[str, NDArray[Any]]
    mechanism: Mapping[str, NDArray[Any]]

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """All arrays by the names under which they are written."""
        return {"weights": self.weights} | {f"server.{k}": v for k, v in self.server.items()} | {f"mechanism.{k}": v for k, v in self.mechanism.items()}

    @property
    def print(self) -> str:
        """A hash of all that a round starts from."""
        found = sha256(str(self.round).encode())  # many processors have instructions for it
        for name, array in sorted(self.arrays.items()):
            found.update(f"{name} {array.dtype} {array.shape} ".encode())
            found.update(np.ascontiguousarray(array).data)
        return found.hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The secrets of one round, and the name under which it is charged."""

    charge: str
    cohort: bytes
    noise: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """The secret of the rounds from one state on the disk to the next, and the beginning of their names in the ledger."""

    charge: str
    secret: bytes

    def name(self, round_: int) -> str:
        """Return the name under which a round is charged."""
        return f"{self.charge}-{round_}"

    def keys(self, round_: int) -> Keys:
        """Return the keys of a round, from which neither the secret nor another round's follow."""
        cohort, noise = (blake2b(f"{round_} {what}".encode(), key=self.secret, digest_size=KEY_BYTES).digest() for what in ("cohort", "noise"))
        return Keys(charge=self.name(round_), cohort=cohort, noise=noise)


@dataclass(slots=True, kw_only=True)
class Rounds:
    """The folder of a federation while it runs, and its private log.

    With `test_noise` secrets come from that seed instead, and what comes out is not private. `names` are
    those of the private numbers. A state is written when `held` seconds have passed since the one before,
    and behind the last of `total` rounds; behind each if both are left out.
    """

    folder: Path
    log: Path
    test_noise: int | None
    names: tuple[str, ...] = STATS
    held: float = 0.0
    total: int = 0
    _segment: Segment | None = None
    _since: float = 0.0
    _released: dict[int, NDArray[np.float64]] = field(default_factory=dict)

    def read(self) -> State | None:
        """Return the last state that was written."""
        try:
            found = load((self.folder / "state.safetensors").read_bytes())
            return State(round=int(found["round"][0]), weights=found["weights"], server=_below(found, "server."), mechanism=_below(found, "mechanism."))
        except FileNotFoundError:
            return None

    def begin(self, state: State) -> Keys:
        """Return the keys of a round, those of before where it was begun from the same state and not written."""
        if self._segment is None:
            self._segment, self._since = self.begun(state) or self._drawn(state), time.monotonic()
        return self._segment.keys(state.round)

    def keep(self, state: State) -> None:
        """Write a state, whole or not at all."""
        waiting = self.folder / "state.writing"
        with waiting.open("wb") as file:
            file.write(save({"round": np.array([state.round]), **state.arrays}))
            file.flush()
            os.fsync(file.fileno())
        waiting.replace(self.folder / "state.safetensors")

    def write(self, state: State, stats: NDArray[np.float64], charge: Charge | None = None) -> None:
        """Take the state behind a round and its private numbers; where it is time, charge the rounds since the last and write it."""
        self._released[state.round - 1] = stats
        if state.round < self.total and time.monotonic() - self._since < self.held:
            return
        if charge and self._segment:
            charge({self._segment.name(round_): round_ for round_ in self._released})
        self.keep(state)
        self._keys_file.unlink(missing_ok=True)
        sync_folder(self.folder)
        for round_, numbers in self._released.items():
            self.note({"round": round_ + 1, **dict(zip(self.names, numbers.tolist(), strict=True))})
        self._segment, self._released = None, {}

    def note(self, told: Mapping[str, Any]) -> None:
        """Append to the private log."""
        with self.log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(told) + "\n")

    @property
    def _keys_file(self) -> Path:
        return self.folder / "keys.json"

    def begun(self, state: State) -> Segment | None:
        """Return the secret of rounds that were begun from this very state and not written; one of other rounds is destroyed."""
        try:
            found = json.loads(self._keys_file.read_text())
            if found["state"] == state.print:
                return Segment(charge=found["charge"], secret=bytes.fromhex(found["secret"]))
        except (FileNotFoundError, ValueError, KeyError):
            pass
        self._keys_file.unlink(missing_ok=True)
        return None

    def renew(self, state: State) -> None:
        """Draw another secret for rounds that were begun from a state and not written, under the same names.

        For rounds that others may answer when they are repeated: one noise on two sums hides neither.
        """
        if segment := self.begun(state):
            self._drawn(state, segment.charge)

    def _drawn(self, state: State, charge: str | None = None) -> Segment:
        """Draw a secret and write it, under a new name if none is given."""
        seeded = None if self.test_noise is None else blake2b(str(self.test_noise).encode(), digest_size=KEY_BYTES).digest()
        segment = Segment(charge=charge or secrets.token_hex(8), secret=seeded or secrets.token_bytes(KEY_BYTES))
        write_secret(self._keys_file, json.dumps({"state": state.print, "charge": segment.charge, "secret": segment.secret.hex()}))
        return segment


def _below(found: Mapping[str, NDArray[Any]], prefix: str) -> dict[str, NDArray[Any]]:
    return {name.removeprefix(prefix): found[name] for name in found if name.startswith(prefix)}


def write_secret(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    waiting = path.with_suffix(".writing")
    waiting.unlink(missing_ok=True)
    descriptor = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    waiting.replace(path)
