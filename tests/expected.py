"""Texts that stand in files and are what must come out; SYNTHC_GOLDEN=write in the environment writes them instead."""

from __future__ import annotations

import os
from pathlib import Path


def writing() -> bool:
    """Tell whether expected texts are written instead of checked."""
    return os.environ.get("SYNTHC_GOLDEN") == "write"


def check_file(path: Path, actual: str) -> None:
    """Compare a text with the file that holds it."""
    if writing():
        path.parent.mkdir(exist_ok=True)
        path.write_text(actual, encoding="utf-8")

    assert path.read_text(encoding="utf-8") == actual
