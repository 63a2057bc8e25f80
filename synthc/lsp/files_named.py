"""Files and folders that may be named in a text: data of `files(...)`, specs of `import`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from synthc.lsp.context import Place
from synthc.lsp.proposal import Proposal
from synthc.lsp.view import View

READABLE = (".jsonl", ".jsonl.gz", ".json", ".parquet", ".csv", ".txt", ".gz")
MOST = 200


def files_named(view: View, place: Place) -> Iterator[Proposal]:
    """Propose what lies in the folder that a path names so far, counted from the spec's own."""
    if place.quoted is None:
        return
    endings = (".synth",) if place.kind == "import" else READABLE if place.kind == "source" and _reads_files(place) else ()
    if not endings:
        return
    folder, _, _ = place.quoted.text.rpartition("/")
    for path in _inside(view.path.parent / folder):
        if path.name.startswith(".") or path == view.path:
            continue
        if path.is_dir():
            yield Proposal(label=f"{path.name}/", sort="folder", rank=2)
        elif path.name.endswith(endings):
            yield Proposal(label=path.name, sort="file", rank=1)


def begun(place: Place) -> int:
    """Return where the last part of a path begins."""
    quoted = place.quoted
    return quoted.start + quoted.text.rfind("/") + 1 if quoted is not None else place.start


def _reads_files(place: Place) -> bool:
    return any(frame.callee == ("files",) for frame in place.frames)


def _inside(folder: Path) -> list[Path]:
    try:
        return [Path(entry.path) for entry in sorted(os.scandir(folder), key=lambda entry: entry.name)[:MOST]]
    except OSError:
        return []
