"""The open documents and folders, and what is known of each spec; everything that changes lives here."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from synthc.compiler.graph.answers import impatient
from synthc.compiler.session import Session
from synthc.dsl.diagnostic import Diagnostic
from synthc.dsl.source import Source
from synthc.lsp.accountant import Accountant, Question
from synthc.lsp.document import Document
from synthc.lsp.index import Index
from synthc.lsp.known import Known, Memory, known
from synthc.lsp.positions import Encoding, Lines, lines
from synthc.lsp.uris import to_path, to_uri
from synthc.lsp.view import View, place_of
from synthc.lsp.wire import Json


@dataclass(slots=True, kw_only=True)
class Workspace:
    """What an editor has open.

    `waiting` are the specs to be checked when nothing else is to be done, in order; `changed` are the files
    whose findings may be others than the editor was told, and `spread` says whether a change of one file may have
    changed what is shown in another. What was known of a spec is kept while it waits.
    """

    encoding: Encoding = "utf-16"
    folders: list[Path] = field(default_factory=list)
    documents: dict[Path, Document] = field(default_factory=dict)
    index: Index = field(default_factory=Index)
    accountant: Accountant = field(default_factory=Accountant)
    waiting: dict[Path, None] = field(default_factory=dict)
    _sessions: dict[tuple[Path, tuple[tuple[str, str], ...]], Session] = field(default_factory=dict)
    changed: set[Path] = field(default_factory=set)
    spread: bool = False
    _memory: Memory = field(default_factory=Memory)

    # Folders

    def add_folder(self, folder: Path) -> None:
        """Take a folder in."""
        if folder not in self.folders:
            self.folders.append(folder)
            self.index.add_folder(folder)
            self._memory.age()

    def remove_folder(self, folder: Path) -> None:
        """Let a folder go."""
        if folder in self.folders:
            self.folders.remove(folder)
            self.index.remove_folder(folder)
            self._memory.age()

    def project(self, path: Path) -> Path:
        """Return the folder that paths shown for a file count from: the innermost that is open, or its own."""
        around = [folder for folder in self.folders if path.is_relative_to(folder)]
        return max(around, key=lambda folder: len(folder.parts), default=path.parent)

    # Documents

    def path(self, uri: str) -> Path:
        """Return the path of a document."""
        opened = next((document.path for document in self.documents.values() if document.uri == uri), None)
        return opened or to_path(uri, self.folders[0] if self.folders else Path.cwd()).resolve()

    def uri(self, path: Path) -> str:
        """Return the URI of a file, the editor's own where it is open."""
        document = self.documents.get(path)
        return document.uri if document is not None else to_uri(path)

    def open(self, uri: str, version: int, text: str) -> Path:
        """Take a document in."""
        path = self.path(uri)
        self._put(Document(uri=uri, path=path, version=version, text=text), self.documents)
        self.changed.add(path)
        return path

    def change(self, uri: str, version: int, changes: list[Json]) -> Path | None:
        """Take changes of a document; None if it isn't open, or if a later version is known."""
        document = self.documents.get(self.path(uri))
        if document is None or version < document.version:
            return None
        self._put(document.changed(version, changes, self.encoding))
        return document.path

    def close(self, uri: str) -> Path | None:
        """Let a document go; its file counts again."""
        path = self.path(uri)
        if self.documents.pop(path, None) is None:
            return None
        self.touch(path)
        self.changed.add(path)
        unseen = [spec for spec, known in self._memory.items() if self.documents.keys().isdisjoint(known.files)]
        for spec in unseen:
            self.changed |= self._memory.drop(spec)
            self.waiting.pop(spec, None)
        return path

    def touch(self, path: Path) -> None:
        """Take note that a file of the disk was made, changed or removed; what is open counts for more."""
        if path in self.documents:
            return
        for session in self._sessions.values():
            session.put(path, None)
        if self.index.entries.get(path) or any(path.is_relative_to(folder) for folder in self.folders):
            self.index.read(path)
        self._stale(path)

    def lines(self, source: Source, project: Path) -> tuple[Path, Lines]:
        """Return the file of a source and its lines as the editor counts them."""
        path = place_of(source.path, project)
        return path, lines(source.text, self.encoding, from_disk=path not in self.documents)

    # What is known

    def view(self, path: Path) -> View:
        """Return what is known of a file as it is now."""
        return self.known(path).view

    def draft(self, path: Path) -> View:
        """Return what is known of a file without a check, as far as what stands around a cursor needs it."""
        last = self._memory.last(path)
        if last is None or path not in self._memory.old or path not in self.documents:
            return self.view(path)
        source = Source(path=last.view.source.path, text=self.documents[path].text)
        return replace(last.view, source=source, draft=True)

    def known(self, path: Path) -> Known:
        """Return what is known of a spec, checked now if something that it read has changed."""
        self.waiting.pop(path, None)
        found = self._memory.fresh(path)
        if found is None:
            found = self._check(path)
            self.changed |= self._memory.keep(path, found)
        return found

    def _check(self, path: Path) -> Known:
        questions: list[Question] = []
        try:
            with impatient(questions.append):
                found = known(path, self.project(path), self._session)
        except Exception:
            # A mistake of ours may have left anything half done; the next check begins anew.
            self._sessions.clear()
            raise
        self.accountant.note(path, questions)
        return found

    def answered(self, spec: Path) -> None:
        """Check a spec anew, for a question of its last check has been answered; what rested on no answer is forgotten."""
        self._sessions.clear()
        self._memory.old.add(spec)
        self.wait([spec])

    def text(self, path: Path) -> str | None:
        """Return the text that counts for a file, None if nothing is known of it."""
        if path in self.documents:
            return self.documents[path].text
        entry = self.index.entries.get(path)
        return entry.source.text if entry is not None else None

    def findings(self, path: Path) -> tuple[tuple[Diagnostic, Path], ...]:
        """Return the findings of a file by all specs that read it, each once, and the project of each.

        What a spec found in an earlier text is left out, and comes back when that spec is checked again.
        """
        text = self.text(path)
        found: dict[object, tuple[Diagnostic, Path]] = {}
        for finding, project in self._memory.findings(path):
            # A file that can't be read as a spec has no text of which its finding could speak.
            if text is None or finding.span.source.text == text or (finding.rule == "unreadable-file" and not finding.span.source.text):
                found.setdefault((*finding.sort_key[1:], finding.message), (finding, project))
        return tuple(sorted(found.values(), key=lambda pair: (pair[0].span.start, pair[0].span.end, pair[0].severity, pair[0].rule)))

    def wait(self, paths: Iterable[Path]) -> None:
        """Have specs checked when there is time, before those that wait already."""
        self.waiting = dict.fromkeys([*paths, *self.waiting])

    def _put(self, document: Document, among: Container[Path] | None = None) -> None:
        self.documents[document.path] = document
        for session in self._sessions.values():
            session.put(document.path, document.text)
        self.index.put(document.path, document.text)
        self._stale(document.path, among)

    def _stale(self, path: Path, among: Container[Path] | None = None) -> None:
        """Have all specs that read a file checked again, and those that looked for files in vain; those `among` some at once.

        The file itself comes first, then what is open, then the rest.
        """
        concerned = dict.fromkeys([*self.index.importers(path), *self._memory.readers(path), *self._memory.lost()])
        self._memory.old.update([path, *concerned])
        opened = [spec for spec in concerned if spec in self.documents]
        self.spread = self.spread or bool(opened)
        itself = [path] if path in self.documents else []
        self.wait(spec for spec in dict.fromkeys([*itself, *opened, *concerned]) if among is None or spec in among)

    def _session(self, project: Path, params: Mapping[str, str]) -> Session:
        key = project, tuple(sorted(params.items()))
        if key not in self._sessions:
            session = Session(project=project, params=params)
            for document in self.documents.values():
                session.put(document.path, document.text)
            self._sessions[key] = session
        return self._sessions[key]
