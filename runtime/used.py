"""Which calls of the ledger a node's rows rest on: the keys of all that it asked, beside the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

LENGTH = 16
"""Bytes of a key."""


def used_folder(project: Path) -> Path:
    """Return where the lists of a project lie, each named by the fingerprint of a node."""
    return project / ".synth" / "calls"


@contextmanager
def noting(project: Path, fingerprint: str) -> Iterator[Callable[[str], object]]:
    """Give a function that notes a key at once; what was noted counts as used though the node was killed before it was finished."""
    folder = used_folder(project)
    folder.mkdir(parents=True, exist_ok=True)
    waiting = folder / f"{fingerprint}.writing"
    with waiting.open("ab", buffering=0) as file:
        file.truncate(file.tell() // LENGTH * LENGTH)  # a full disk may have cut the last one off
        yield lambda key: file.write(bytes.fromhex(key))
    waiting.replace(folder / fingerprint)


def used(project: Path, fingerprint: str) -> list[str]:
    """Return the keys that a node used, each once, in the order of their digits."""
    return sorted(set(_keys(used_folder(project) / fingerprint)))


def used_by_any(project: Path) -> Iterator[str]:
    """Yield the keys that any run of a project used, finished or not."""
    for path in sorted(used_folder(project).glob("*")):
        yield from _keys(path)


def _keys(path: Path) -> Iterator[str]:
    if not path.exists():
        return
    with path.open("rb") as file:
        while len(key := file.read(LENGTH)) == LENGTH:
            yield key.hex()
