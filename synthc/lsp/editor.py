"""The editor at the other end: what it can do, what it has open, and how it is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from synthc.dsl.diagnostic import Edit
from synthc.dsl.source import Source, Span
from synthc.lsp.client import Client
from synthc.lsp.positions import Lines, lines
from synthc.lsp.view import View, place_of
from synthc.lsp.wire import Json, Outbox
from synthc.lsp.workspace import Workspace


@dataclass(slots=True, kw_only=True)
class Editor:
    """All that a handler is given beside its parameters; `told` are the findings it was told last, and of which version."""

    outbox: Outbox
    workspace: Workspace = field(default_factory=Workspace)
    version: str = ""
    client: Client = field(default_factory=Client)
    told: dict[Path, tuple[list[Json], int | None]] = field(default_factory=dict)
    _numbers: count[int] = field(default_factory=count)

    def view(self, params: Json) -> View:
        """Return what is known of the document that a request is about."""
        return self.workspace.view(self.workspace.path(params["textDocument"]["uri"]))

    def at(self, params: Json) -> tuple[View, int]:
        """Return the document that a request is about, and the offset it points at."""
        view = self.view(params)
        return view, self.lines(view, view.source).offset(params["position"])

    def typing_at(self, params: Json) -> tuple[View, int]:
        """Return the same while somebody types: nobody waits for a check."""
        view = self.workspace.draft(self.workspace.path(params["textDocument"]["uri"]))
        return view, self.lines(view, view.source).offset(params["position"])

    def lines(self, view: View, source: Source) -> Lines:
        """Return the lines of a source, as the editor counts them."""
        return self.workspace.lines(source, view.project)[1]

    def range(self, view: View, span: Span) -> Json:
        """Return the range of a place."""
        return self.range_in(span, view.project)

    def range_in(self, span: Span, project: Path) -> Json:
        """Return the range of a place in a file that is shown from a project."""
        return self.workspace.lines(span.source, project)[1].range(span.start, span.end)

    def location(self, span: Span, project: Path) -> Json:
        """Return the file and the range of a place."""
        return self.location_of(place_of(span.source.path, project), span)

    def location_of(self, path: Path, span: Span) -> Json:
        """Return a place in a file that is known by its own path."""
        found = lines(span.source.text, self.workspace.encoding, from_disk=path not in self.workspace.documents)
        return {"uri": self.workspace.uri(path), "range": found.range(span.start, span.end)}

    def edits(self, edits: Mapping[Path, list[Edit]], project: Path) -> Json:
        """Return edits of files as one change of the workspace."""
        return self.edits_of({path: [self.edit(edit, project) for edit in of_file] for path, of_file in edits.items()})

    def edits_of(self, changes: Mapping[Path, list[Json]]) -> Json:
        """Return the edits of files, as the protocol writes them, as one change of the workspace."""
        if not self.client.versioned_edits:
            return {"changes": {self.workspace.uri(path): of_file for path, of_file in changes.items()}}
        return {"documentChanges": [{"textDocument": self._versioned(path), "edits": of_file} for path, of_file in changes.items()]}

    def edit(self, edit: Edit, project: Path) -> Json:
        """Return one edit of a text."""
        return {"range": self.range_in(edit.span, project), "newText": edit.text}

    def edit_of(self, path: Path, edit: Edit) -> Json:
        """Return one edit of a file that is known by its own path."""
        return {"range": self.location_of(path, edit.span)["range"], "newText": edit.text}

    def ask(self, method: str, params: Json | None = None) -> None:
        """Ask the editor for something whose answer we don't need."""
        self.outbox.ask(next(self._numbers), method, params)

    def log(self, text: str) -> None:
        """Have the editor write down a mistake of ours."""
        self.outbox.notify("window/logMessage", {"type": 1, "message": text})

    def _versioned(self, path: Path) -> Json:
        document = self.workspace.documents.get(path)
        return {"uri": self.workspace.uri(path), "version": document.version if document is not None else None}
