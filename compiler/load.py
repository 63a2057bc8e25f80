"""Reads a spec and all that it imports."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, error
from synthc.dsl.parse import parse
from synthc.dsl.source import Source, Span

STD = Path(__file__).parent / "std"


@dataclass(slots=True, kw_only=True)
class Loaded:
    """One module of a program: its syntax, its folder, and its imports by alias.

    `lost` are the aliases of imports that could not be read.
    """

    syntax: syntax.Module
    folder: Path
    imports: dict[str, Loaded] = field(default_factory=dict)
    aliases: dict[str, Span] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    standard: bool = False
    prefix: str = ""

    @property
    def path(self) -> str:
        """The path it is shown under."""
        return self.syntax.source.path


@dataclass(slots=True)
class Loader:
    """Reads each file once and follows imports."""

    project: Path
    texts: Mapping[Path, str] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    _open: list[tuple[Path, Span]] = field(default_factory=list)
    _done: dict[Path, Loaded] = field(default_factory=dict)

    def load(self, path: Path, *, importing: Span | None = None, standard: bool = False) -> Loaded | None:
        """Return a module, or None after reporting why it cannot be read."""
        path = path.resolve()
        if path in self._done:
            return self._done[path]
        source = self._read(path, importing, standard=standard)
        if source is None:
            return None
        module, found = parse(source)
        self.diagnostics.extend(found)
        loaded = Loaded(syntax=module, folder=path.parent, standard=standard)
        self._open.append((path, source.span(0, 0)))
        for item in module.items:
            if isinstance(item, syntax.Import):
                self._follow(item, loaded)
        self._open.pop()
        self._done[path] = loaded
        return loaded

    def _follow(self, item: syntax.Import, into: Loaded) -> None:
        alias = item.alias.name
        if alias in into.aliases:
            self.diagnostics.append(
                error("repeated-name", f"`{alias}` is imported twice", item.alias.span, help="give one of them another name with `as`")
            )
            return
        into.aliases[alias] = item.alias.span
        loaded = self._imported(item, into)
        if loaded is None:
            into.lost.add(alias)
        else:
            into.imports[alias] = loaded

    def _imported(self, item: syntax.Import, into: Loaded) -> Loaded | None:
        path = self._locate(item, into)
        if path is None:
            return None
        chain = [p for p, _ in self._open]
        if path.resolve() in chain:
            names = " -> ".join(p.name for p in [*chain[chain.index(path.resolve()) :], path])
            self.diagnostics.append(
                error("import-cycle", f"`{item.alias.name}` imports itself in the end: {names}", item.span, help="move what both need into a third file")
            )
            return None
        return self.load(path, importing=item.span, standard=item.file is None)

    def _locate(self, item: syntax.Import, into: Loaded) -> Path | None:
        if item.file is not None:
            return into.folder / item.file.value
        name = ".".join(item.module)
        known = {f"std.{p.stem}": p for p in sorted(STD.glob("*.synth"))}
        if name not in known:
            self.diagnostics.append(
                error("unknown-module", f"there is no module `{name}`", item.span, help="modules are " + ", ".join(f"`{k}`" for k in known))
            )
            return None
        return known[name]

    def _read(self, path: Path, importing: Span | None, *, standard: bool) -> Source | None:
        shown = f"<std>/{path.name}" if standard else relative(path, self.project)
        try:
            text = self.texts[path] if path in self.texts else path.read_bytes().decode("utf-8")
        except OSError as problem:
            reason = (problem.strerror or "unreadable").lower()
        except UnicodeDecodeError as problem:
            reason = f"not UTF-8 at byte {problem.start}"
        else:
            return Source(path=shown, text=text)
        span = importing or Source(path=shown, text="").span(0, 0)
        self.diagnostics.append(error("unreadable-file", f"`{shown}` cannot be read: {reason}", span))
        return None


def name_modules(main: Loaded) -> None:
    """Give each module what stands before its names in the graph, by the shortest way to it."""
    waiting, seen = [main], {id(main)}
    while waiting:
        module = waiting.pop(0)
        for alias, imported in module.imports.items():
            if id(imported) not in seen:
                seen.add(id(imported))
                imported.prefix = f"{module.prefix}{alias}."
                waiting.append(imported)


def relative(path: Path, project: Path) -> str:
    """Return a path as seen from the project folder, with forward slashes."""
    path, project = path.resolve(), project.resolve()
    if path.is_relative_to(project):
        return path.relative_to(project).as_posix()
    return Path(os.path.relpath(path, project)).as_posix()
