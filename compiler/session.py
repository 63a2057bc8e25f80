"""One memory for many checks: of the files of a project, and of a file while it is typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from synthc.compiler.check import Checked
from synthc.compiler.check import check as check_program
from synthc.compiler.ignore import ignore
from synthc.compiler.lint import lint
from synthc.compiler.load import Loader, name_modules
from synthc.compiler.program import Program
from synthc.compiler.resolve import resolve
from synthc.compiler.suggest import spelling
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, error
from synthc.dsl.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What is known of a spec and all that it imports; without a program where the spec cannot be read."""

    program: Program | None
    checked: Checked | None
    diagnostics: tuple[Diagnostic, ...]


@dataclass(slots=True, kw_only=True)
class Session:
    """Checks specs again and again, and does anew only what a change touched.

    `project` is the folder that shown paths count from; `params` are the texts of `--set`.
    """

    project: Path
    params: Mapping[str, str] = field(default_factory=dict)
    _texts: dict[Path, str] = field(default_factory=dict)

    def put(self, path: Path, text: str | None) -> None:
        """Take a text in the place of a file's, as an editor has it; with None the file's own again."""
        if text is None:
            self._texts.pop(path.resolve(), None)
        else:
            self._texts[path.resolve()] = text

    def analyse(self, path: Path) -> Analysis:
        """Return what is known of a spec, its findings in the order in which they are shown."""
        loader = Loader(project=self.project, texts=self._texts)
        main = loader.load(path)
        if main is None:
            return Analysis(program=None, checked=None, diagnostics=_in_order(loader.diagnostics))
        name_modules(main)
        program = Program(main=main, project=self.project, params=self.params, diagnostics=loader.diagnostics)
        resolve(program)
        checked = check_program(program)
        _unknown_params(program)
        program.diagnostics.extend(lint(program))
        found = list(program.diagnostics)
        for scope in program.scopes():
            found = ignore(scope.module.syntax, found)
        return Analysis(program=program, checked=checked, diagnostics=_in_order(found))


def _unknown_params(program: Program) -> None:
    names = program.scope(program.main).names
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
