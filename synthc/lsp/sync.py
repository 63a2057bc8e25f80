"""What the editor tells unasked: texts and files that open, change and go."""

from __future__ import annotations

from pathlib import Path

from synthc.lsp.editor import Editor
from synthc.lsp.uris import to_path
from synthc.lsp.wire import Json


def did_open(editor: Editor, params: Json) -> None:
    """Take a document in, to be checked next."""
    document = params["textDocument"]
    editor.workspace.open(document["uri"], document.get("version") or 0, document["text"])


def did_change(editor: Editor, params: Json) -> None:
    """Take changes of a document in, to be checked next."""
    document = params["textDocument"]
    editor.workspace.change(document["uri"], document.get("version") or 0, params["contentChanges"])


def did_close(editor: Editor, params: Json) -> None:
    """Let a document go."""
    editor.workspace.close(params["textDocument"]["uri"])


def did_save(editor: Editor, params: Json) -> None:
    """Do nothing: what is saved is what was open."""
    del editor, params


def did_change_files(editor: Editor, params: Json) -> None:
    """Read again what changed on the disk."""
    for change in params["changes"]:
        _touch(editor, change["uri"])


def did_create_files(editor: Editor, params: Json) -> None:
    """Read what the editor made, renamed or removed."""
    for file in params["files"]:
        for key in ("uri", "oldUri", "newUri"):
            if key in file:
                _touch(editor, file[key])


def did_change_folders(editor: Editor, params: Json) -> None:
    """Take folders in and let others go."""
    event = params["event"]
    for folder in event.get("removed", ()):
        editor.workspace.remove_folder(_folder(folder))
    for folder in event.get("added", ()):
        editor.workspace.add_folder(_folder(folder))
    editor.workspace.wait(editor.workspace.documents)


def _folder(folder: Json) -> Path:
    return to_path(folder["uri"], Path.cwd()).resolve()


def _touch(editor: Editor, uri: str) -> None:
    editor.workspace.touch(to_path(uri, Path.cwd()).resolve())
