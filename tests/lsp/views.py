"""Views of texts, as features are given them; a cursor is written `<|>`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from synthc.compiler.session import Session
from synthc.dsl.source import Source
from synthc.lsp.view import View

FOLDER = Path("/a-folder-that-is-not-there")
CURSOR = "<|>"


def view_of(text: str, files: Mapping[str, str] | None = None, folder: Path = FOLDER) -> View:
    """Return what is known of a spec beside some other files."""
    session = Session(project=folder)
    for name, other in {**(files or {}), "spec.synth": text}.items():
        session.put(folder / name, other)
    analysis = session.analyse(folder / "spec.synth")
    source = analysis.program.main.syntax.source if analysis.program is not None else Source(path="spec.synth", text=text)
    return View(path=folder / "spec.synth", project=folder, source=source, analysis=analysis)


def marked(text: str) -> tuple[str, int]:
    """Return a text without its cursor, and where the cursor stood."""
    assert text.count(CURSOR) == 1
    return text.replace(CURSOR, ""), text.index(CURSOR)
