"""Who is at work on a ledger: a process that claims a question holds a lock until it ends, however it ends.

The system lets go of a lock when its process is gone, so no clock is needed to tell a dead claim.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(slots=True, kw_only=True)
class Claims:
    """The folder of locks beside a ledger; `owner` is the name that this process claims under."""

    folder: Path
    owner: str = field(default_factory=lambda: secrets.token_hex(8))
    _held: int = -1

    def open(self) -> None:
        """Hold the lock of this process, and clear away those of dead ones."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for path in self.folder.iterdir():
            self.alive(path.name)
        self._held = os.open(self.folder / self.owner, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(self._held, fcntl.LOCK_EX)

    def alive(self, owner: str) -> bool:
        """Tell whether the process that claims under a name is still at work."""
        if owner == self.owner:
            return True
        path = self.folder / owner
        try:
            found = os.open(path, os.O_RDWR)
        except OSError:
            return False
        try:
            fcntl.flock(found, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        else:
            path.unlink(missing_ok=True)
            return False
        finally:
            os.close(found)

    def close(self) -> None:
        """Let go."""
        if self._held >= 0:
            (self.folder / self.owner).unlink(missing_ok=True)
            os.close(self._held)
            self._held = -1
