"""What is promised of any text whatever: findings and no tracebacks, formats that can be read, a formatter that changes no meaning."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path

from synthc.compiler.compile import check
from synthc.compiler.graph.answers import impatient
from synthc.dsl.diagnostic import Diagnostic, Severity
from synthc.dsl.format import format_source
from synthc.dsl.items import comments, cut
from synthc.dsl.parse import parse
from synthc.dsl.source import Source
from tests.dsl.bare import bare

FOLDER = Path("/a-folder-that-is-not-there")
SPEC = FOLDER / "spec.synth"
FORMATS: Mapping[str, Callable[[Sequence[Diagnostic]], str]] = {
    name: getattr(import_module(f"synthc.findings.{name}"), name) for name in ("text", "concise", "json", "sarif", "github")
}


def parses(text: str) -> None:
    """Parse a text: every finding stands in it, and the same text gives the same."""
    source = Source(path="spec.synth", text=text)
    module, found = parse(source)
    stands(found, text)
    cut_texts = [finding.span.start for finding in found if "is cut by" in finding.message]
    errors = [finding.span for finding in found if finding.severity is Severity.ERROR]
    assert len(module.pieces) == len(cut(source))
    for piece in module.pieces:
        start, end = piece.first.start, piece.first.start + len(piece.text)
        assert piece.item or any(start <= span.start <= end for span in errors) or any(text < start for text in cut_texts)


def checks(text: str, params: Mapping[str, str] | None = None) -> tuple[Diagnostic, ...]:
    """Check a text as a spec of a folder that isn't there, as an editor would, and show what was found in every way."""
    found = at_once(text, params)
    stands(found, text)
    shows(found)
    return found


def at_once(text: str, params: Mapping[str, str] | None = None) -> tuple[Diagnostic, ...]:
    """Return the findings of a text without those that the accountant would have to work out first: an editor asks it in the background."""
    with impatient(lambda _: None):
        return check(SPEC, FOLDER, params=params or {}, texts={SPEC: text})


def shows(found: Sequence[Diagnostic]) -> None:
    """Show findings in every format: lines of a terminal steer nothing, and JSON is JSON."""
    shown = {name: function(found) for name, function in FORMATS.items()}
    assert len(json.loads(shown["json"])["findings"]) == len(json.loads(shown["sarif"])["runs"][0]["results"]) == len(found)
    for name in ("text", "concise", "github"):
        assert not {"\x1b", "\0", "\r", "\b"} & set(shown[name]), name
    assert shown["concise"].count("\n") == len(found)
    for text in shown.values():
        text.encode("utf-8")


def stands(found: Sequence[Diagnostic], text: str) -> None:
    """Hold findings to their places: inside the text, and said in words."""
    for finding in found:
        assert finding.message
        assert "\n" not in finding.message
        places = [finding.span, *(label.span for label in finding.labels), *(edit.span for edit in (finding.fix.edits if finding.fix else ()))]
        assert all(0 <= place.start <= place.end for place in places)
        assert all(place.end <= len(text) for place in places if place.source.path == "spec.synth")


def formats(text: str) -> None:
    """Format a text: once is enough, nothing but white space changes, and it means what it meant."""
    once = format_source(Source(path="spec.synth", text=text))
    assert format_source(Source(path="spec.synth", text=once)) == once
    before, found = parse(Source(path="spec.synth", text=text))
    after, also = parse(Source(path="spec.synth", text=once))
    assert bare(after.items) == bare(before.items)
    assert [finding.rule for finding in also] == [finding.rule for finding in found]
    assert _said(once) == _said(text)
    assert "".join(once.removeprefix("\ufeff").split()) == "".join(text.removeprefix("\ufeff").split())


def _said(text: str) -> list[str]:
    """Return all comments."""
    source = Source(path="spec.synth", text=text)
    edges = sorted({0, len(text), *(edge for place in cut(source) for edge in (place.start, place.head, place.end))})
    return [span.text.rstrip() for span in comments(source, *edges)]


TARGETS: Mapping[str, Callable[[str], object]] = {"parse": parses, "check": checks, "fmt": formats}
"""Each part of the front of the compiler, and what is promised of it."""
