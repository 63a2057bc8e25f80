"""Builds the parts of the manual that come from the sources: language, findings, catalog, standard library and commands.

python docs/build.py

What it writes is committed, and a test fails where it differs from what would be written.
"""

# ruff: noqa: INP001 - a script that stands among pages
from __future__ import annotations

import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS.parent))

from docs.builders.catalog import catalog  # noqa: E402 - this folder is no installed package
from docs.builders.commands import commands  # noqa: E402
from docs.builders.language import language  # noqa: E402
from docs.builders.library import library  # noqa: E402
from docs.builders.rules import rules  # noqa: E402

FOLDERS = ("catalog", "commands", "language", "rules", "std")
"""Folders that hold built pages and nothing else."""


def pages() -> dict[str, str]:
    """Return all built pages by their paths below this folder."""
    return {**catalog(), **commands(), **language(), **library(), **rules()}


def committed() -> dict[str, str]:
    """Return the built pages as they stand here."""
    files = (file for folder in FOLDERS for file in sorted((DOCS / folder).glob("*.md")))
    return {file.relative_to(DOCS).as_posix(): file.read_text(encoding="utf-8") for file in files}


def write(built: dict[str, str]) -> None:
    """Write pages, and remove what is built no longer."""
    for path in committed().keys() - built.keys():
        (DOCS / path).unlink()
    for path, text in built.items():
        (DOCS / path).parent.mkdir(exist_ok=True)
        (DOCS / path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(pages())
