"""Keeps what takes long to make between runs, such as the parser's tables, in the user's cache folder."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path


def place(what: str, *made_from: str) -> Path:
    """Return the file for something made from these texts by this Python."""
    home = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    parts = [what, *made_from, sys.version, sys.implementation.cache_tag or ""]
    key = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return Path(home).expanduser() / "synthc" / f"{what}-{key[:32]}"


def keep(path: Path, made: bytes) -> None:
    """Write it whole or not at all; where nothing can be written, it is made each time."""
    import tempfile

    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(made)
        Path(name).replace(path)
    except (OSError, RuntimeError):
        return


def kept(path: Path) -> bytes | None:
    """Return what was kept, if there is any."""
    try:
        return path.read_bytes()
    except (OSError, RuntimeError):
        return None
