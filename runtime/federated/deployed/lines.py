"""Files of JSON lines that only grow: what stands in them was on the disk before anything came of it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from synthc.runtime.store import sync_folder


@contextlib.contextmanager
def grown(path: Path) -> Iterator[tuple[list[dict[str, Any]], IO[str]]]:
    """Give the lines of a file and the file, for `add`, while nobody else reads or adds.

    Raises:
        ValueError: a line is no JSON object.
    """
    new = not path.exists()
    with path.open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if new:
            sync_folder(path.parent)
        yield _whole(path, file), file


def add(file: IO[str], lines: Iterable[Mapping[str, Any]]) -> None:
    """Add lines; they are on the disk when this returns."""
    file.writelines(json.dumps(line) + "\n" for line in lines)
    file.flush()
    os.fsync(file.fileno())


def _whole(path: Path, file: IO[str]) -> list[dict[str, Any]]:
    """Return the lines of a file, the last one cut away where a kill left a part of it: nothing came of it yet."""
    whole, end, last = path.read_bytes().rpartition(b"\n")
    lines = [json.loads(line) for line in whole.splitlines()]
    try:
        lines += [json.loads(last)] if last else []  # an editor left out the end of the line
        file.write("\n" if last else "")
    except ValueError:
        os.truncate(path, len(whole + end))
    if not all(isinstance(line, dict) for line in lines):
        raise ValueError("a line is no object")
    return lines
