"""Keeps the parser's tables between runs: building them takes fifty times as long as reading them."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from pathlib import Path


def place(*made_from: str) -> Path:
    """Return the file for tables made from these texts by this Python."""
    home = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    parts = [*made_from, sys.version, sys.implementation.cache_tag or ""]
    key = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return Path(home).expanduser() / "synthc" / f"grammar-{key[:32]}.bin"


def keep(path: Path, tables: bytes) -> None:
    """Write the tables whole or not at all; where nothing can be written, they are built each time."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(tables)
        Path(name).replace(path)
    except (OSError, RuntimeError):
        return


def kept(path: Path) -> bytes | None:
    """Return the tables, if there are any."""
    try:
        return path.read_bytes()
    except (OSError, RuntimeError):
        return None
