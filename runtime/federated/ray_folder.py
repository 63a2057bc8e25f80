"""Where Ray writes on this machine: a folder of its owner's alone, removed behind it, or by the next run on Ray where that was killed.

What Ray spills there, sums before noise among it, would else stay for as long as the machine keeps its temporary files.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

LONGEST_FOLDER = 24
"""Letters that Ray's sockets leave: their paths may have 103, and it puts up to 79 behind the folder of temporary files."""
MARK = ".synthc"
"""A file that says whose folder it is; a run that lives holds its lock, and a dead one holds nothing."""


@contextlib.contextmanager
def ray_folder() -> Iterator[str]:
    """Give a new folder that nobody else can reach, and remove those of killed runs of the same user."""
    where = Path(tempfile.gettempdir())
    where = where if len(str(where)) < LONGEST_FOLDER else Path("/tmp")  # noqa: S108 - a folder of its owner's alone
    for mark in where.glob(f"ray-*/{MARK}"):
        _forget(mark)
    folder = Path(tempfile.mkdtemp(prefix="ray-", dir=where))
    try:
        with (folder / "mark").open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            (folder / "mark").rename(folder / MARK)  # locked before anybody can find it
            (folder / "r").mkdir()
            yield str(folder / "r")  # Ray lets everybody into the folder that it is given, and nobody into the one around it
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _forget(mark: Path) -> None:
    """Remove the folder of a run that is dead, if it is this user's."""
    with contextlib.suppress(OSError):
        of = mark.parent.lstat()
        if of.st_uid != os.getuid() or not stat.S_ISDIR(of.st_mode):
            return
        with mark.open() as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(mark.parent, ignore_errors=True)
