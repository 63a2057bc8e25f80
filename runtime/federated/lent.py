"""Memory that the server and the workers of one machine share: the model, and one sum a worker.

A message with a model in it is copied several times on its way to a worker; here it is written once
and read where it lies. The file behind it loses its name at once, where the system has handles that
others can open, so that it goes with whoever has it, however they end; its owner alone may read it.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

MEMORY = Path("/dev/shm")  # noqa: S108 - a file of a random name that others cannot open


@dataclass(frozen=True, slots=True, kw_only=True)
class Lent:
    """A place of `size` parameters for `rows` workers, by the path of the file behind it."""

    path: Path
    size: int
    rows: int

    @classmethod
    def made(cls, size: int, rows: int, scratch: Path) -> Lent:
        """Make room in memory, and in scratch where there is too little (a container may have 64 MB)."""
        lent = cls(path=Path(), size=size, rows=rows)
        for folder in (MEMORY, scratch):
            try:
                return cls(path=_reserved(folder, lent._bytes), size=size, rows=rows)
            except OSError:
                if folder is scratch:
                    raise
        raise AssertionError("scratch is the last")

    @property
    def _bytes(self) -> int:
        return 4 * (self.size + self.size % 2) + 8 * self.size * self.rows

    def weights(self) -> NDArray[np.float32]:
        """Map the model that a round starts from, flat."""
        return np.memmap(self.path, np.float32, "r+", 0, (self.size,))

    def totals(self) -> NDArray[np.float64]:
        """Map the sums, a row a worker."""
        return np.memmap(self.path, np.float64, "r+", 4 * (self.size + self.size % 2), (self.rows, self.size))


    @contextlib.contextmanager
    def unnamed(self) -> Iterator[Lent]:
        """Give the place by this process's handle of it, for others of the same owner; its name is gone from the first, or where there is no /proc at the end."""
        with self.path.open("rb") as file:
            try:
                handle = Path(f"/proc/{os.getpid()}/fd/{file.fileno()}")
                given = replace(self, path=handle) if handle.exists() else self
                if given is not self:
                    self.path.unlink()
                yield given
            finally:
                self.path.unlink(missing_ok=True)


def _reserved(folder: Path, size: int) -> Path:
    """Return a new file whose bytes are there, so that none is missing when it is written."""
    descriptor, name = tempfile.mkstemp(prefix="synthc-", dir=folder)
    try:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(descriptor, 0, size)
        else:
            os.truncate(descriptor, size)
    except OSError:
        Path(name).unlink()
        raise
    finally:
        os.close(descriptor)
    return Path(name)
