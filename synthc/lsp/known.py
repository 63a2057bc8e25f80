"""What is known of each spec that was checked, and which specs know something of a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from synthc.compiler.session import Analysis, Session
from synthc.dsl.diagnostic import Diagnostic
from synthc.dsl.source import Source
from synthc.lsp.unset import unset
from synthc.lsp.view import View, place_of

Sessions = Callable[[Path, Mapping[str, str]], Session]
"""Gives the session of a project in which some params have values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a spec: the files it read or spoke of, the findings in each, and whether it looked for a file in vain."""

    view: View
    findings: dict[Path, tuple[Diagnostic, ...]]
    files: frozenset[Path]
    lost: bool

    def all(self) -> Iterator[Diagnostic]:
        """Yield the findings of all files."""
        return (finding for found in self.findings.values() for finding in found)


@dataclass(slots=True, kw_only=True)
class Memory:
    """What is known of all specs; what is kept of one that has changed since is `old`, and good until it is checked again."""

    old: set[Path] = field(default_factory=set)
    _known: dict[Path, Known] = field(default_factory=dict)
    _readers: dict[Path, dict[Path, None]] = field(default_factory=dict)
    _lost: dict[Path, None] = field(default_factory=dict)

    def fresh(self, spec: Path) -> Known | None:
        """Return what is known of a spec, if nothing has changed since."""
        return None if spec in self.old else self._known.get(spec)

    def last(self, spec: Path) -> Known | None:
        """Return what was known of a spec last, be it old."""
        return self._known.get(spec)

    def keep(self, spec: Path, known: Known) -> frozenset[Path]:
        """Keep what is known now, and return the files of which something else may have been known before."""
        files = self.drop(spec) | known.files
        self._known[spec] = known
        for file in known.files:
            self._readers.setdefault(file, {})[spec] = None
        if known.lost:
            self._lost[spec] = None
        return files

    def drop(self, spec: Path) -> frozenset[Path]:
        """Forget a spec, and return the files it knew of."""
        self.old.discard(spec)
        self._lost.pop(spec, None)
        known = self._known.pop(spec, None)
        for file in known.files if known is not None else ():
            self._readers[file].pop(spec, None)
        return known.files if known is not None else frozenset()

    def age(self) -> None:
        """Have everything checked again when it is next asked for."""
        self.old.update(self._known)

    def readers(self, file: Path) -> Iterator[Path]:
        """Yield the specs that read a file, itself left out."""
        return (spec for spec in self._readers.get(file, ()) if spec != file)

    def lost(self) -> Iterator[Path]:
        """Yield the specs that looked for a file in vain."""
        return iter(self._lost)

    def items(self) -> Iterator[tuple[Path, Known]]:
        """Yield all specs with what is known of them."""
        return iter(self._known.items())

    def findings(self, file: Path) -> Iterator[tuple[Diagnostic, Path]]:
        """Yield what all specs find in a file, with the project of each."""
        for spec in self._readers.get(file, ()):
            known = self._known[spec]
            yield from ((finding, known.view.project) for finding in known.findings.get(file, ()))


def known(spec: Path, project: Path, sessions: Sessions) -> Known:
    """Check a spec; what only a command line gives is made up for all that is shown beside the findings."""
    analysis = sessions(project, {}).analyse(spec)
    given = unset(analysis.program) if analysis.program is not None else {}
    shown = sessions(project, given).analyse(spec) if given else analysis
    findings = _by_file(analysis, project)
    read = {place_of(scope.module.path, project) for scope in analysis.program.scopes()} if analysis.program is not None else set()
    source = shown.program.main.syntax.source if shown.program is not None else Source(path=spec.name, text="")
    return Known(
        view=View(path=spec, project=project, source=source, analysis=shown, made_up=frozenset(given)),
        findings=findings,
        files=frozenset({spec, *read, *findings}),
        lost=any(found.rule == "unreadable-file" for found in analysis.diagnostics),
    )


def _by_file(analysis: Analysis, project: Path) -> dict[Path, tuple[Diagnostic, ...]]:
    found: dict[Path, list[Diagnostic]] = {}
    for finding in analysis.diagnostics:
        found.setdefault(place_of(finding.span.source.path, project), []).append(finding)
    return {path: tuple(findings) for path, findings in found.items()}
