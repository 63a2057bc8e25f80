"""Findings of an earlier check, shown again while nothing that they rest on has changed.

They rest on the files that were read, also those that weren't there, on environment variables, on `--set` and on
synthc itself. Looking that up imports nothing of the compiler, so a check that has nothing to do is done at once.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthc.dsl import tables
from synthc.dsl.diagnostic import Diagnostic, Edit, Fix, Label, Safety, Severity
from synthc.dsl.source import Source, Span

if TYPE_CHECKING:
    from synthc.compiler.session import Inputs

Findings = tuple[Diagnostic, ...]
ROOMS = [Path(__file__).parents[1] / room for room in ("dsl", "compiler")]
CODE = (".py", ".lark", ".synth")


def kept(paths: Sequence[Path], params: Mapping[str, str]) -> Findings | None:
    """Return the findings of the last check of these specs, if they are what a check would find now."""
    stored = tables.kept(_place(paths, params))
    try:
        record = json.loads(stored or b"null")
        texts = {path: _text(path) for path in record["files"].values()}
        if record["rests_on"] != _state(texts, record["environment"]):
            return None
        sources = {name: Source(path=name, text=(texts[path] or b"").decode()) for name, path in record["files"].items()}
        return tuple(_finding(one, sources) for one in record["findings"])
    except (KeyError, TypeError, ValueError):
        return None


def keep(paths: Sequence[Path], params: Mapping[str, str], findings: Findings, inputs: Inputs) -> None:
    """Keep the findings of a check that read these inputs."""
    files, environment = {name: str(path) for name, path in inputs.files.items()}, sorted(inputs.environment)
    record = {
        "files": files,
        "environment": environment,
        "rests_on": _state({path: _text(path) for path in files.values()}, environment),
        "findings": [_json(one) for one in findings],
    }
    tables.keep(_place(paths, params), json.dumps(record).encode())


def _place(paths: Sequence[Path], params: Mapping[str, str]) -> Path:
    return tables.place("findings", str(Path.cwd()), json.dumps([[str(path) for path in paths], dict(params)]))


def _state(texts: Mapping[str, bytes | None], environment: Sequence[str]) -> str:
    """Return what changes with any of the texts, the variables, and the code of the compiler."""
    state = hashlib.blake2b(digest_size=16)
    for text in texts.values():
        state.update(b"-" if text is None else b"+%d " % len(text) + text)
    state.update(repr([os.environ.get(name) for name in environment]).encode())
    for room in ROOMS:
        for folder, _, names in os.walk(room):
            stamps = [(name, Path(folder, name).stat().st_mtime_ns) for name in names if name.endswith(CODE)]
            state.update(repr(sorted(stamps)).encode())
    return state.hexdigest()


def _text(path: str) -> bytes | None:
    try:
        return Path(path).read_bytes()
    except OSError:
        return None


def _json(found: Diagnostic) -> dict[str, Any]:
    return {
        "rule": found.rule,
        "severity": found.severity,
        "message": found.message,
        "span": _place_of(found.span),
        "labels": [[_place_of(label.span), label.text] for label in found.labels],
        "help": found.help,
        "fix": found.fix and [found.fix.title, found.fix.safety, [[_place_of(edit.span), edit.text] for edit in found.fix.edits]],
    }


def _place_of(span: Span) -> list[Any]:
    return [span.source.path, span.start, span.end, bool(span.source.text)]


def _finding(stored: Mapping[str, Any], sources: Mapping[str, Source]) -> Diagnostic:
    def span(place: Sequence[Any]) -> Span:
        name, start, end, whole = place
        return (sources[name] if whole else Source(path=name, text="")).span(start, end)

    fix = stored["fix"]
    return Diagnostic(
        rule=stored["rule"],
        severity=Severity(stored["severity"]),
        message=stored["message"],
        span=span(stored["span"]),
        labels=tuple(Label(span=span(place), text=text) for place, text in stored["labels"]),
        help=stored["help"],
        fix=fix and Fix(title=fix[0], safety=Safety(fix[1]), edits=tuple(Edit(span=span(place), text=text) for place, text in fix[2])),
    )
