"""A text as an editor has it open."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from synthc.lsp.positions import Encoding, Lines, lines
from synthc.lsp.wire import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One open file, or an untitled text that will have its `path` once it is saved."""

    uri: str
    path: Path
    version: int
    text: str

    def changed(self, version: int, changes: list[Json], encoding: Encoding) -> Document:
        """Return the document behind some changes, each counted in the text the one before left."""
        text = self.text
        for change in changes:
            if "range" not in change:
                text = change["text"]
                continue
            start, end = lines(text, encoding).offsets(change["range"])
            text = text[:start] + change["text"] + text[end:]
        return replace(self, version=version, text=text)

    def lines(self, encoding: Encoding) -> Lines:
        """Return its lines."""
        return lines(self.text, encoding)
