"""Long texts with words in column 1, where items begin: they were cut there, and what follows up to their end is no item."""

from __future__ import annotations

from dataclasses import replace

from synthc.dsl.diagnostic import Diagnostic, Label
from synthc.dsl.source import Source
from synthc.dsl.syntax import Piece

QUOTES = '"""'


def torn(source: Source, pieces: tuple[Piece, ...]) -> list[Diagnostic]:
    """Return what was found in the pieces of a file, with one finding for each text that its own words cut."""
    found: list[Diagnostic] = []
    whole = -1
    for index, piece in enumerate(pieces):
        for finding in piece.found:
            if finding.span.start <= whole:
                continue
            closing = _closing(source, pieces, index) if finding.rule == "unclosed-text" and finding.span.text == QUOTES else None
            found.append(finding if closing is None else _cut_by(finding, pieces[index + 1]))
            whole = whole if closing is None else closing
    return found


def _closing(source: Source, pieces: tuple[Piece, ...], index: int) -> int | None:
    """Return where a text is closed behind the piece that it begins in; None if the next quotes stand where others begin."""
    if index + 1 == len(pieces):
        return None
    text = source.text
    at = text.find(QUOTES, pieces[index + 1].first.start)
    return at if at >= 0 and not text[text.rfind("\n", 0, at) + 1 : at].strip() else None


def _cut_by(finding: Diagnostic, behind: Piece) -> Diagnostic:
    label = Label(span=behind.first, text="a word in column 1 begins an item")
    return replace(finding, message="this text is cut by a word in column 1", labels=(label,), help="indent all lines of the text")
