"""From a spec to a graph, as a table of contents: load, resolve, check, lower, optimise, verify."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from synthc.compiler.check import Checked
from synthc.compiler.check import check as check_program
from synthc.compiler.graph import Graph
from synthc.compiler.ignore import ignore
from synthc.compiler.load import Loader, name_modules
from synthc.compiler.lower import Unreachable, lower
from synthc.compiler.passes import PASSES
from synthc.compiler.program import Program
from synthc.compiler.resolve import resolve
from synthc.compiler.suggest import spelling
from synthc.compiler.verify import verify
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Severity, error
from synthc.dsl.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A graph, unless the findings hold an error."""

    graph: Graph | None
    diagnostics: tuple[Diagnostic, ...]


def check(path: Path, project: Path, *, params: Mapping[str, str] | None = None, texts: Mapping[Path, str] | None = None) -> tuple[Diagnostic, ...]:
    """Return all findings of a spec and its imports, in the order they are shown.

    `project` is the folder that shown paths count from; `params` are the texts of `--set`;
    `texts` stand in for files by their resolved path, as an editor has them.
    """
    return _checked(path, project, params or {}, texts or {})[1]


def compile_spec(path: Path, project: Path, *, params: Mapping[str, str] | None = None) -> Compiled:
    """Return the graph of a spec: the same inputs give the same graph."""
    checked, diagnostics = _checked(path, project, params or {}, {})
    if checked is None or any(d.severity is Severity.ERROR for d in diagnostics):
        return Compiled(graph=None, diagnostics=diagnostics)
    try:
        graph = lower(checked, path.stem)
    except Unreachable as problem:
        return Compiled(graph=None, diagnostics=(*diagnostics, problem.finding))
    verify(graph)
    for rewrite in PASSES:
        graph = rewrite(graph)
        verify(graph)
    return Compiled(graph=graph, diagnostics=diagnostics)


def _checked(
    path: Path, project: Path, params: Mapping[str, str], texts: Mapping[Path, str]
) -> tuple[Checked | None, tuple[Diagnostic, ...]]:
    loader = Loader(project=project, texts=texts)
    main = loader.load(path)
    if main is None:
        return None, _in_order(loader.diagnostics)
    name_modules(main)
    program = Program(main=main, project=project, params=params, diagnostics=loader.diagnostics)
    resolve(program)
    checked = check_program(program)
    _unknown_params(program)
    found: Sequence[Diagnostic] = program.diagnostics
    for scope in program.scopes():
        found = ignore(scope.module.syntax, found)
    return checked, _in_order(found)


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


def _in_order(diagnostics: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(sorted(set(diagnostics), key=lambda found: (found.sort_key, found.message)))
