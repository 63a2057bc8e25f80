"""What the files of the opened folders declare and import, open or not; each is read once and again when it changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from synthc.compiler.load import STD
from synthc.dsl import syntax
from synthc.dsl.items import cut
from synthc.dsl.parse import parse_item
from synthc.dsl.source import Source
from synthc.lsp.outline import Outlined, outline

SUFFIX = ".synth"
SKIPPED = frozenset({"build", "runs", "node_modules", "venv", "site-packages"})
MOST_FOLDERS = 20_000
"""A folder with more folders than this in it is no project, and is not looked through to its end."""


_IMPORT = re.compile(r"^\ufeff?import\b.*$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, eq=False)
class Entry:
    """One file: its text, and which files it imports by the lines that say so."""

    source: Source
    lines: tuple[str, ...]
    imports: frozenset[Path]

    @cached_property
    def outline(self) -> tuple[Outlined, ...]:
        """What it declares, looked at when somebody asks."""
        return tuple(outline(self.source))


@dataclass(slots=True, kw_only=True)
class Index:
    """All files that are known, and the folders that wait to be looked through."""

    entries: dict[Path, Entry] = field(default_factory=dict)
    _waiting: dict[Path, Iterator[Path | None]] = field(default_factory=dict)
    _importers: dict[Path, dict[Path, None]] = field(default_factory=dict)

    def add_folder(self, folder: Path) -> None:
        """Take note of a folder, whose specs are to be read one at a time."""
        self._waiting[folder] = specs(folder)

    def remove_folder(self, folder: Path) -> None:
        """Forget the specs of a folder."""
        self._waiting.pop(folder, None)
        for path in [path for path in self.entries if path.is_relative_to(folder)]:
            self.forget(path)

    def read_one(self) -> bool:
        """Look into one more folder or read one more file; False if none waits."""
        if not self._waiting:
            return False
        folder, walk = next(iter(self._waiting.items()))
        path = next(walk, folder)
        if path == folder:
            del self._waiting[folder]
        elif path is not None and path not in self.entries:
            self.read(path)
        return True

    def read_all(self) -> None:
        """Read all waiting files."""
        while self.read_one():
            pass

    def read(self, path: Path) -> None:
        """Read a file of the disk, or forget it if it is gone or is no text."""
        try:
            text = path.read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError):
            self.forget(path)
        else:
            self.put(path, text)

    def put(self, path: Path, text: str) -> None:
        """Take a file's text."""
        known = self.entries.get(path)
        if known is not None and known.source.text == text:
            return
        source = Source(path=str(path), text=text)
        lines = tuple(_IMPORT.findall(text))
        imports = known.imports if known is not None and known.lines == lines else frozenset(_imports(source, path.parent))
        self._link(path, imports)
        self.entries[path] = Entry(source=source, lines=lines, imports=imports)

    def forget(self, path: Path) -> None:
        """Forget a file."""
        self._link(path, frozenset())
        self.entries.pop(path, None)

    def importers(self, path: Path) -> list[Path]:
        """Return the files that import one, directly or not, the nearest first."""
        found: dict[Path, None] = {}
        waiting = [path]
        while waiting:
            for one in self._importers.get(waiting.pop(0), ()):
                if one not in found and one != path:
                    found[one] = None
                    waiting.append(one)
        return list(found)

    def _link(self, path: Path, imports: frozenset[Path]) -> None:
        known = self.entries.get(path)
        for old in known.imports - imports if known is not None else ():
            self._importers[old].pop(path, None)
        for new in imports:
            self._importers.setdefault(new, {})[path] = None


def specs(folder: Path) -> Iterator[Path | None]:
    """Yield the specs in a folder, and None behind each folder in it; what is hidden, built or left by a run is none."""
    waiting = [folder]
    for _ in range(MOST_FOLDERS):
        if not waiting:
            return
        inside = _inside(waiting.pop())
        yield from (path.resolve() for path in inside if path.suffix == SUFFIX and path.is_file())
        waiting.extend(path for path in reversed(inside) if path.is_dir() and not path.is_symlink())
        yield None


def _inside(folder: Path) -> list[Path]:
    try:
        return [path for path in sorted(folder.iterdir()) if not path.name.startswith(".") and path.name not in SKIPPED]
    except OSError:
        return []


def _imports(source: Source, folder: Path) -> Iterator[Path]:
    for place in cut(source):
        if not source.text.startswith("import", place.head):
            continue
        item, _ = parse_item(source, place)
        if isinstance(item, syntax.Import):
            yield target(item, folder)


def target(item: syntax.Import, folder: Path) -> Path:
    """Return the file that an import names, be it there or not."""
    return (folder / item.file.value).resolve() if item.file is not None else STD / f"{item.module[-1]}{SUFFIX}"
