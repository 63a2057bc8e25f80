"""Which fields the records of a public source have, by the first record of its first file; private files are never opened."""

from __future__ import annotations

import glob
import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from synthc.lsp.context import Place
from synthc.lsp.proposal import Proposal
from synthc.lsp.view import View

_FILES = re.compile(r'=\s*files\(\s*\[?\s*"(?P<pattern>[^"\\\n]*)"')
_NAME = re.compile(r"[A-Za-z_]\w*")
MOST = 1_000_000
"""A first record longer than this is not looked at."""


def fields(view: View, place: Place) -> Iterator[Proposal]:
    """Propose the fields behind a dot that begins or continues a place in the record."""
    record = _first_record(view, place) if place.visibility == "public" else None
    for name in _path(place):
        record = record.get(name) if isinstance(record, dict) else None
    for name, value in record.items() if isinstance(record, dict) else ():
        if _NAME.fullmatch(name):
            shown = json.dumps(value, ensure_ascii=False)
            yield Proposal(label=name, sort="field", detail=shown if len(shown) <= 60 else f"{shown[:57]}...", rank=1)


def _path(place: Place) -> Iterator[str]:
    """Yield the names that a place in the record goes through so far."""
    words = place.inner.words
    return (word for word in words[words.index("=") + 1 :] if word != ".") if "=" in words else iter(())


def _first_record(view: View, place: Place) -> Any:
    match = _FILES.search(view.source.text, place.cut.head, place.offset) if place.cut is not None else None
    found = sorted(glob.glob(str(view.path.parent / match["pattern"]), recursive=True)) if match is not None else []  # noqa: PTH207 - a pattern may be absolute
    if not found or not found[0].endswith((".jsonl", ".jsonl.gz")):
        return None
    path = Path(found[0])
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            return json.loads(file.readline(MOST))
    except (OSError, ValueError, EOFError):
        return None
