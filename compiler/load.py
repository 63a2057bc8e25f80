"""Reads a spec and all that it imports."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from synthc.compiler.memory import Memory
from synthc.compiler.suggest import closest, guess
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Label, error
from synthc.dsl.parse import parse
from synthc.dsl.source import Source, Span
from synthc.dsl.syntax import Budget, Declaration, Import, Module

STD = Path(__file__).parent / "std"
SNAKE = re.compile(r"[a-z][a-z0-9_]*")

def snake(name: str) -> str:
    """Return a name as names are written here.

    >>> snake("webPages"), snake("_few")
    ('web_pages', 'few')
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).strip("_").lower()


Declared = syntax.Declaration | syntax.Prompt


@dataclass(slots=True, kw_only=True, eq=False)
class Loaded:
    """One module: its syntax, its folder, what it declares and what it imports by alias.

    `found` is what is wrong with it by itself, `lost` are the aliases of imports that could not be followed.
    """

    syntax: Module
    folder: Path
    standard: bool = False
    found: tuple[Diagnostic, ...] = ()
    names: dict[str, Declared] = field(default_factory=dict)
    aliases: dict[str, Import] = field(default_factory=dict)
    endpoints: tuple[Declaration, ...] = ()
    budgets: tuple[Budget, ...] = ()
    imports: dict[str, Loaded] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)

    @property
    def path(self) -> str:
        """The path it is shown under."""
        return self.syntax.source.path

    def read(self, source: Source, before: Module | None = None) -> None:
        """Take a text, and keep of the one before what still stands in it."""
        self.syntax, found = parse(source, before)
        self.names, self.aliases = {}, {}
        self.found = (*found, *self._imported(), *self._declared())
        self.budgets = tuple(item for item in self.syntax.items if isinstance(item, syntax.Budget))
        declared = self.names.values()
        self.endpoints = tuple(one for one in declared if isinstance(one, syntax.Declaration) and one.kind.name == "endpoint")

    def _imported(self) -> Iterator[Diagnostic]:
        for item in self.syntax.items:
            if isinstance(item, syntax.Import):
                alias = item.alias.name
                if not SNAKE.fullmatch(alias):
                    yield error("wrong-name", f"names are in lower case with underscores, and `{alias}` is not", item.alias.span, help=f"write `{snake(alias)}`")
                if alias in self.aliases:
                    yield error("repeated-name", f"`{alias}` is imported twice", item.alias.span, help="give one of them another name with `as`")
                else:
                    self.aliases[alias] = item

    def _declared(self) -> Iterator[Diagnostic]:
        for item in self.syntax.items:
            if not isinstance(item, Declared):
                continue
            name, span = item.name.name, item.name.span
            if not SNAKE.fullmatch(name):
                help_ = f"write `{snake(name)}`"
                yield error("wrong-name", f"names are in lower case with underscores, and `{name}` is not", span, help=help_)
            first = self.names[name].name if name in self.names else self.aliases[name].alias if name in self.aliases else None
            if first is None:
                self.names[name] = item
                continue
            twice = "declared twice" if name in self.names else "both imported and declared"
            labels = (Label(span=first.span, text="first named here"),)
            yield error("repeated-name", f"`{name}` is {twice}", span, labels=labels, help="give one of them another name")


@dataclass(slots=True, kw_only=True)
class Library:
    """The modules of a project, each read once and again when its text has changed."""

    project: Path
    memory: Memory = field(default_factory=Memory)
    _texts: dict[Path, str] = field(default_factory=dict)
    _modules: dict[Path, Loaded | str] = field(default_factory=dict)
    _changed: set[Path] = field(default_factory=set)
    _located: dict[tuple[Path, str], Path] = field(default_factory=dict)

    def put(self, path: Path, text: str | None) -> None:
        """Take a text in the place of a file's; with None the file's own, as it is by now."""
        path = path.resolve()
        self._changed.add(path)
        if text is None:
            self._texts.pop(path, None)
        else:
            self._texts[path] = text

    def module(self, path: Path, *, standard: bool = False) -> Loaded | str:
        """Return the module of a resolved path, or why it cannot be read."""
        if path not in self._modules or path in self._changed:
            self._changed.discard(path)
            self._modules[path] = self._read(path, self._modules.get(path), standard=standard)
        return self._modules[path]

    def shown(self, path: Path, *, standard: bool = False) -> str:
        """Return the path that a file is shown under."""
        return f"<std>/{path.name}" if standard else relative(path, self.project)

    def _read(self, path: Path, before: Loaded | str | None, *, standard: bool) -> Loaded | str:
        try:
            text = self._texts[path] if path in self._texts else path.read_bytes().decode("utf-8")
        except OSError as problem:
            return (problem.strerror or "unreadable").lower()
        except UnicodeDecodeError as problem:
            return f"not UTF-8 at byte {problem.start}"
        except ValueError:
            return "no file can have this name"
        if len(text) > LARGEST:
            return f"it has more than {LARGEST:,} characters, which no spec has"
        if isinstance(before, Loaded):
            if before.syntax.source.text != text:
                old = before.syntax.items
                before.read(Source(path=before.path, text=text), before.syntax)
                self.memory.forget(set(old).difference(before.syntax.items))
            return before
        loaded = Loaded(syntax=EMPTY, folder=path.parent, standard=standard)
        loaded.read(Source(path=self.shown(path, standard=standard), text=text))
        return loaded

    @property
    def files(self) -> Mapping[str, Path]:
        """All files that were read or looked for, by the path they are shown under."""
        standard = set(standard_modules().values())
        return {self.shown(path, standard=path in standard): path for path in self._modules}

    def locate(self, item: syntax.Import, importer: Loaded) -> Path | None:
        """Return the resolved path of what is imported; None for a module that there isn't."""
        if item.file is None:
            return standard_modules().get(".".join(item.module))
        key = importer.folder, item.file.value
        if key not in self._located:
            self._located[key] = resolved(importer.folder / item.file.value)
        return self._located[key]


LARGEST = 4_000_000
"""The length of the longest file, in characters: a longer one is data under a wrong name, and would keep an editor busy for a minute."""
EMPTY = parse(Source(path="", text="synth 1\n"))[0]


@cache
def standard_modules() -> Mapping[str, Path]:
    """Return the files of the standard library by the names of their modules."""
    return {f"std.{path.stem}": path.resolve() for path in sorted(STD.glob("*.synth"))}


@dataclass(slots=True, kw_only=True)
class Linked:
    """A spec and all that it reaches: its modules, the spec first, then those nearer by.

    `prefixes` is what stands before the names of each in the graph, by the shortest way to it; `found` what is wrong
    with the imports.
    """

    modules: list[Loaded] = field(default_factory=list)
    prefixes: dict[int, str] = field(default_factory=dict)
    found: list[Diagnostic] = field(default_factory=list)


def link(path: Path, main: Loaded, library: Library) -> Linked:
    """Follow all imports of a spec."""
    linked = Linked()
    _follow(path, main, library, linked)
    linked.modules, linked.prefixes = [main], {id(main): ""}
    for module in linked.modules:  # grows while it is walked
        for alias, imported in module.imports.items():
            if id(imported) not in linked.prefixes:
                linked.prefixes[id(imported)] = f"{linked.prefixes[id(module)]}{alias}."
                linked.modules.append(imported)
    return linked


def _follow(path: Path, main: Loaded, library: Library, linked: Linked) -> None:
    """Fill in the imports of all modules, those that close a circle left out; a stack in place of recursion."""
    seen = {path}
    chain: dict[Path, Iterator[syntax.Import]] = {path: _begin(main)}
    modules = {path: main}
    while chain:
        current = next(reversed(chain))
        item = next(chain[current], None)
        if item is None:
            del chain[current]
            continue
        into, alias = modules[current], item.alias.name
        target = library.locate(item, into)
        found = _reach(item, target, library, chain)
        if target is None or isinstance(found, Diagnostic):
            into.lost |= {alias} if item.file is not None else {alias, _meant(item)}
            linked.found += [found] if isinstance(found, Diagnostic) else []
            continue
        into.imports[alias] = found
        if target not in seen:
            seen.add(target)
            modules[target] = found
            chain[target] = _begin(found)


def _meant(item: syntax.Import) -> str:
    """Return the name that a misspelled module would have brought."""
    named = ".".join(item.module)
    return (closest(named, standard_modules()) or named).rpartition(".")[2]


def _begin(module: Loaded) -> Iterator[syntax.Import]:
    module.imports, module.lost = {}, set()
    return iter(module.aliases.values())


def _reach(item: syntax.Import, target: Path | None, library: Library, chain: Mapping[Path, object]) -> Loaded | Diagnostic:
    """Return the module that an import names, or what is wrong with the import."""
    if target is None:
        named, said = ".".join(item.module), item.span.text.find(".".join(item.module))
        place = item.span.source.span(item.span.start + said, item.span.start + said + len(named)) if said >= 0 else item.span
        known = "modules are " + ", ".join(f"`{name}`" for name in standard_modules())
        help_, fix = guess(named, standard_modules(), place)
        return error("unknown-module", f"there is no module `{named}`", place, help=help_ or known, fix=fix if said >= 0 else None)
    if target in chain:
        open_ = list(chain)
        names = " -> ".join(one.name for one in [*open_[open_.index(target) :], target])
        return error("import-cycle", f"`{item.alias.name}` imports itself in the end: {names}", item.span, help="move what both need into a third file")
    module = library.module(target, standard=item.file is None)
    if isinstance(module, str):
        return unreadable(library.shown(target), module, item.span)
    return module


def unreadable(shown: str, why: str, span: Span) -> Diagnostic:
    """Return the error for a file that cannot be read."""
    return error("unreadable-file", f"`{shown}` cannot be read: {why}", span)


def resolved(path: Path) -> Path:
    """Return a path with all links followed; one that no file can have, with a NUL in it, as it is."""
    try:
        return path.resolve()
    except ValueError:
        return path


def relative(path: Path, project: Path) -> str:
    """Return a path as seen from the project folder, with forward slashes."""
    path, project = resolved(path), project.resolve()
    if path.is_relative_to(project):
        return path.relative_to(project).as_posix()
    return Path(os.path.relpath(path, project)).as_posix()
