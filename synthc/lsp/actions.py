"""What can be done about findings: their fixes, one by one or all that are safe, and silencing a warning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from synthc.dsl.diagnostic import Diagnostic, Edit, Safety, Severity
from synthc.dsl.source import Source
from synthc.lsp.view import place_of

QUICKFIX, FIX_ALL = "quickfix", "source.fixAll.synthc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A change that is offered, and the finding that it is about."""

    title: str
    kind: str
    edits: dict[Path, list[Edit]]
    about: Diagnostic | None = None
    preferred: bool = False


def actions(findings: Sequence[tuple[Diagnostic, Path]], start: int, end: int) -> Iterator[Action]:
    """Yield what can be done about the findings that touch a stretch of a file."""
    for finding, project in findings:
        if finding.span.start > end or finding.span.end < start:
            continue
        if finding.fix is not None and _editable(finding.fix.edits):
            edits = by_file(finding.fix.edits, project)
            yield Action(title=finding.fix.title, kind=QUICKFIX, edits=edits, about=finding, preferred=finding.fix.safety is Safety.SAFE)
        if finding.severity is Severity.WARNING and finding.rule != "unused-ignore":
            yield _silencing(finding, project)


def fix_all(findings: Sequence[tuple[Diagnostic, Path]], path: Path) -> Action | None:
    """Return the safe fixes of a file that don't touch each other, as one change."""
    chosen: list[Edit] = []
    for finding, project in findings:
        fix = finding.fix
        if fix is None or fix.safety is not Safety.SAFE or by_file(fix.edits, project).keys() != {path}:
            continue
        if not any(_touch(edit, other) for edit in fix.edits for other in chosen):
            chosen.extend(fix.edits)
    return Action(title="apply all safe fixes", kind=FIX_ALL, edits={path: chosen}) if chosen else None


def by_file(edits: Iterable[Edit], project: Path) -> dict[Path, list[Edit]]:
    """Return edits by the file that they are in."""
    found: dict[Path, list[Edit]] = {}
    for edit in edits:
        found.setdefault(place_of(edit.span.source.path, project), []).append(edit)
    return found


def _editable(edits: Iterable[Edit]) -> bool:
    return not any(edit.span.source.path.startswith("<") for edit in edits)


def _touch(one: Edit, other: Edit) -> bool:
    return one.span.start <= other.span.end and other.span.start <= one.span.end


def _silencing(finding: Diagnostic, project: Path) -> Action:
    """Return the comment above the item that silences a warning for it."""
    source = finding.span.source
    at = _above(source, finding.span.start)
    edit = Edit(span=source.span(at, at), text=f"# synth: ignore[{finding.rule}]\n")
    return Action(title=f"ignore `{finding.rule}` in this item", kind=QUICKFIX, edits=by_file([edit], project), about=finding)


def _above(source: Source, offset: int) -> int:
    """Return where the item that a place is in begins, below its comments."""
    from synthc.dsl.items import cut

    heads = [place.head for place in cut(source) if place.head <= offset]
    return heads[-1] if heads else 0
