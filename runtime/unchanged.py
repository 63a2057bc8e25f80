"""Where rows that were tried again came out as they were: what rests on them stays as it is.

Such an artefact notes the fingerprint of the one before it, and what reads it goes by that.
"""

from __future__ import annotations

from pathlib import Path

from synthc.runtime.lock import rows_hash

NAME = "unchanged.txt"


def before(artefact: Path) -> str | None:
    """Return the fingerprint of the artefact that has the same rows, None where there is none."""
    path = artefact / NAME
    return path.read_text(encoding="utf-8") if path.exists() else None


def note_unchanged(artefact: Path, old: Path) -> bool:
    """Note in an artefact that its rows are, to the bit, those of an old one; tell whether they are."""
    same = old.is_dir() and rows_hash(artefact) == rows_hash(old)
    if same:
        (artefact / NAME).write_text(before(old) or old.name, encoding="utf-8")
    return same
