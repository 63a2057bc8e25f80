"""Finds the files of `files("data/*.jsonl.gz")`."""

from __future__ import annotations

import glob
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from synthc.runtime.errors import InputError


def find_files(reader: Mapping[str, Any], project: Path, place: str) -> list[tuple[str, Path]]:
    """Return the files of all patterns, each once, with its path from the project's folder; none at all is an error."""
    found: dict[str, Path] = {}
    for pattern in reader["paths"]:
        matches = sorted(path for path in glob.glob(str(project / pattern), recursive=True) if Path(path).is_file())  # noqa: PTH207
        if not matches:
            raise InputError(f"{place}: there is no file `{pattern}` (looked for in {project.resolve()}); check the path, or run from the project's folder")
        found.update((Path(os.path.relpath(match, project)).as_posix(), Path(match)) for match in matches)
    return list(found.items())
