"""Views of texts, as features are given them; a cursor is written `<|>`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from synthc.lsp.view import View
from synthc.lsp.workspace import Workspace

FOLDER = Path("/a-folder-that-is-not-there")
CURSOR = "<|>"


def workspace_of(files: Mapping[str, str], folder: Path = FOLDER) -> Workspace:
    """Return a workspace in which some files of one folder are open."""
    workspace = Workspace()
    workspace.add_folder(folder)
    for name, text in files.items():
        workspace.open((folder / name).as_uri(), 1, text)
    return workspace


def view_of(text: str, files: Mapping[str, str] | None = None, folder: Path = FOLDER) -> View:
    """Return what is known of a spec beside some other files."""
    return workspace_of({**(files or {}), "spec.synth": text}, folder).view(folder / "spec.synth")


def marked(text: str) -> tuple[str, int]:
    """Return a text without its cursor, and where the cursor stood."""
    assert text.count(CURSOR) == 1
    return text.replace(CURSOR, ""), text.index(CURSOR)
