"""From a spec to a graph, as a table of contents: load, resolve, check, lower, optimise, verify."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from synthc.compiler.graph import Graph
from synthc.compiler.lower import Unreachable, lower
from synthc.compiler.passes import PASSES
from synthc.compiler.session import Session
from synthc.compiler.verify import verify
from synthc.dsl.diagnostic import Diagnostic, Severity


class Rewrite(NamedTuple):
    """One pass that found something to do."""

    name: str
    before: Graph
    after: Graph


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A graph, unless the findings hold an error, and the passes that changed it, each with the graph before it."""

    graph: Graph | None
    diagnostics: tuple[Diagnostic, ...]
    rewrites: tuple[Rewrite, ...] = ()


def check(path: Path, project: Path, *, params: Mapping[str, str] | None = None, texts: Mapping[Path, str] | None = None) -> tuple[Diagnostic, ...]:
    """Return all findings of a spec and its imports, in the order they are shown.

    `project` is the folder that shown paths count from; `params` are the texts of `--set`;
    `texts` stand in for files by their resolved path, as an editor has them.
    """
    session = Session(project=project, params=params or {})
    for place, text in (texts or {}).items():
        session.put(place, text)
    return session.analyse(path).diagnostics


def compile_spec(path: Path, project: Path, *, params: Mapping[str, str] | None = None) -> Compiled:
    """Return the graph of a spec: the same inputs give the same graph."""
    analysis = Session(project=project, params=params or {}).analyse(path)
    checked, diagnostics = analysis.checked, analysis.diagnostics
    if checked is None or any(d.severity is Severity.ERROR for d in diagnostics):
        return Compiled(graph=None, diagnostics=diagnostics)
    try:
        graph = lower(checked, path.stem, project)
    except Unreachable as problem:
        return Compiled(graph=None, diagnostics=(*diagnostics, problem.finding))
    verify(graph)
    rewrites = []
    for name, rewrite in PASSES:
        before, graph = graph, rewrite(graph)
        verify(graph)
        if graph.nodes != before.nodes:
            rewrites.append(Rewrite(name, before, graph))
    return Compiled(graph=graph, diagnostics=diagnostics, rewrites=tuple(rewrites))
