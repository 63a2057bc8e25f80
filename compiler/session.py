"""One memory for many checks: of the files of a project, and of a file while it is typed."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from synthc.compiler.check import Checked, check
from synthc.compiler.evaluate import environment
from synthc.compiler.ignore import ignore
from synthc.compiler.lint import lint
from synthc.compiler.load import Library, link, unreadable
from synthc.compiler.memory import Memory
from synthc.compiler.program import Program
from synthc.compiler.resolve import resolve
from synthc.compiler.suggest import spelling
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, error
from synthc.dsl.source import Source, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What is known of a spec and all that it imports; without a program where the spec cannot be read."""

    program: Program | None
    checked: Checked | None
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What findings rest on: files by the path they are shown under, also those that aren't there, and variables."""

    files: Mapping[str, Path]
    environment: frozenset[str]


@dataclass(slots=True, kw_only=True)
class Session:
    """Checks specs again and again, and does anew only what a change touched.

    `project` is the folder that shown paths count from; `params` are the texts of `--set`.
    """

    project: Path
    params: Mapping[str, str] = field(default_factory=dict)
    library: Library = field(init=False)
    _memory: Memory = field(default_factory=Memory)

    def __post_init__(self) -> None:
        self.library = Library(project=self.project, memory=self._memory)

    def put(self, path: Path, text: str | None) -> None:
        """Take a text in the place of a file's, as an editor has it; with None the file's own, as it is by now."""
        self.library.put(path, text)

    @property
    def inputs(self) -> Inputs:
        """All that was read so far."""
        return Inputs(files=self.library.files, environment=frozenset(name for (name,) in self._memory.looked(environment)))

    def program(self, path: Path) -> Program | Diagnostic:
        """Return the program of a spec before anything is checked, or why the spec cannot be read."""
        main = self.library.module(path.resolve())
        if isinstance(main, str):
            shown = self.library.shown(path)
            return unreadable(shown, main, Source(path=shown, text="").span(0, 0))
        return Program(linked=link(path.resolve(), main, self.library), project=self.project, params=self.params, memory=self._memory)

    def analyse(self, path: Path) -> Analysis:
        """Return what is known of a spec, its findings in the order in which they are shown."""
        program = self.program(path)
        if isinstance(program, Diagnostic):
            return Analysis(program=None, checked=None, diagnostics=(program,))
        resolve(program)
        checked = check(program)
        _unknown_params(program)
        lint(program)
        found = _apart_from_slips(program)
        for scope in program.scopes():
            found = ignore(scope.module.syntax, found)
        return Analysis(program=program, checked=checked, diagnostics=_in_order(found))


def _apart_from_slips(program: Program) -> list[Diagnostic]:
    """Return the findings of a program; a number that is misspelled, and read as what it may have meant, is wrong once."""
    misspelled = [found.span for scope in program.scopes() for found in scope.module.found if found.rule == "bad-number"]
    starts = {path: sorted(span.start for span in misspelled if span.source.path == path) for path in {span.source.path for span in misspelled}}

    def follows(span: Span) -> bool:
        here = starts.get(span.source.path, [])
        return bisect_left(here, span.start) != bisect_left(here, span.end)

    return [found for found in program.findings() if found.rule == "bad-number" or not misspelled or not follows(found.span)]


def _unknown_params(program: Program) -> None:
    names = program.main.names
    broken = {name.name for name in program.main.syntax.broken}
    for name in program.params.keys() - broken:
        declared = names.get(name)
        if not isinstance(declared, syntax.Declaration) or declared.kind.name != "param":
            span = Source(path=program.main.path, text="").span(0, 0)
            params = [known for known, one in names.items() if isinstance(one, syntax.Declaration) and one.kind.name == "param"]
            help_, _ = spelling(name, params, span)
            program.diagnostics.append(error("unknown-param", f"`--set {name}=...` names no param of this spec", span, help=help_))


def _in_order(diagnostics: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(sorted(set(diagnostics), key=lambda found: (found.sort_key, found.message)))
