"""What of a federation must survive a kill: the model, the keys of the open round, its charge.

A round's keys come from the system's entropy. They are written before anything is drawn, the charge
before any noised model is, and they are destroyed when the round's model is on the disk. A round
that was begun and not written is repeated with the same keys, so that it is the same release.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load, save

from synthc.runtime.federated.device import STATS
from synthc.runtime.federated.dp.keystream import KEY_BYTES


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
    """The secrets of one round, and the name under which it was charged."""

    charge: str
    cohort: bytes
    noise: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """The folder of a federation while it runs, and its private log.

    With `test_noise` keys come from that seed instead, and what comes out is not private. `names` are
    those of the private numbers.
    """

    folder: Path
    log: Path
    test_noise: int | None
    names: tuple[str, ...] = STATS

    def read(self) -> State | None:
        """Return the last state that was written."""
        try:
            found = load((self.folder / "state.safetensors").read_bytes())
            return State(round=int(found["round"][0]), weights=found["weights"], server=_below(found, "server."), mechanism=_below(found, "mechanism."))
        except FileNotFoundError:
            return None

    def begin(self, state: State, charge: Callable[[str, int], None]) -> Keys:
        """Return the keys of a round, the old ones where it was begun from the same state.

        `charge` notes the round under the name it is given, unless it did before.
        """
        keys = self.begun(state)
        if keys is None:
            keys = Keys(charge=secrets.token_hex(8), cohort=self._key(state.round, "cohort"), noise=self._key(state.round, "noise"))
            document = {"state": state.print, "charge": keys.charge, "cohort": keys.cohort.hex(), "noise": keys.noise.hex()}
            write_secret(self._keys_file, json.dumps(document))
        charge(keys.charge, state.round)
        return keys

    def keep(self, state: State) -> None:
        """Write a state, whole or not at all."""
        waiting = self.folder / "state.writing"
        with waiting.open("wb") as file:
            file.write(save({"round": np.array([state.round]), **state.arrays}))
            file.flush()
            os.fsync(file.fileno())
        waiting.replace(self.folder / "state.safetensors")

    def write(self, state: State, stats: NDArray[np.float64]) -> None:
        """Write the state behind a round, then destroy its keys and note its private numbers."""
        self.keep(state)
        self._keys_file.unlink(missing_ok=True)
        self.note({"round": state.round, **dict(zip(self.names, stats.tolist(), strict=True))})

    def note(self, told: Mapping[str, Any]) -> None:
        """Append to the private log."""
        with self.log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(told) + "\n")

    @property
    def _keys_file(self) -> Path:
        return self.folder / "keys.json"

    def begun(self, state: State) -> Keys | None:
        """Return the keys of a round that was begun from this very state and not written."""
        try:
            found = json.loads(self._keys_file.read_text())
            keys = Keys(charge=found["charge"], cohort=bytes.fromhex(found["cohort"]), noise=bytes.fromhex(found["noise"]))
        except (FileNotFoundError, ValueError, KeyError):
            return None
        return keys if found["state"] == state.print else None

    def _key(self, round_: int, what: str) -> bytes:
        if self.test_noise is None:
            return secrets.token_bytes(KEY_BYTES)
        return blake2b(f"{self.test_noise} {round_} {what}".encode(), digest_size=KEY_BYTES).digest()


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
