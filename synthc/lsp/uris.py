"""Paths as editors write them, and what has no path yet."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

_DRIVE = re.compile(r"/[A-Za-z]:")


def to_uri(path: Path) -> str:
    """Return the URI of a file.

    >>> to_uri(Path("/specs/a b.synth"))
    'file:///specs/a%20b.synth'
    """
    text = path.as_posix()
    return "file://" + quote(text if text.startswith("/") else f"/{text}", safe="/~")


def to_path(uri: str, unsaved: Path) -> Path:
    """Return the path of a document; one without a file is thought to lie in the folder `unsaved`, or beside its file.

    >>> to_path("file:///specs/a%20b.synth", Path("/specs")), to_path("untitled:Untitled-1", Path("/specs"))
    (PosixPath('/specs/a b.synth'), PosixPath('/specs/untitled:Untitled-1'))
    >>> to_path("git:/specs/a.synth?HEAD", Path("/specs"))
    PosixPath('/specs/git:a.synth')
    """
    parts = urlsplit(uri)
    path = unquote(parts.path)
    if parts.scheme != "file":
        named = Path(path)
        return (named.parent if named.is_absolute() else unsaved) / f"{parts.scheme}:{named.name}"
    if os.name == "nt" and _DRIVE.match(path):
        path = path[1:]
    return Path(f"//{parts.netloc}{path}") if parts.netloc not in {"", "localhost"} else Path(path)
