"""Pages of text in and text out: prose, what is given in a block, and what must come of it in the next.

Set SYNTHC_GOLDEN=write in the environment, and pages are rewritten instead of checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from synthc.dsl.diagnostic import Diagnostic
from synthc.dsl.source import Span
from tests.expected import writing

_PIECE = re.compile(r"^##+ (?P<title>.+)$|^```(?P<info>\S.*)\n(?P<text>(?:.*\n)*?)```$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """One example: a block of ```synth and the block after it.

    `options` is what stands behind ```synth; `files` are the blocks of the page so far that begin with
    ```synth NAME.synth, by their names.
    """

    page: Path
    title: str
    options: str
    given: str
    files: Mapping[str, str]
    expected: str
    place: int

    def __str__(self) -> str:
        return self.title.replace(" ", "-")

    def check(self, actual: str) -> None:
        """Compare with what the page says."""
        if writing() and actual != self.expected:
            text = self.page.read_text()
            at = [match for match in _PIECE.finditer(text) if match["info"]][self.place]
            self.page.write_text(text[: at.start("text")] + actual + text[at.end("text") :])
            return

        assert actual == self.expected


def cases(page: Path) -> list[Case]:
    """Return all examples of a page."""
    found = list(_cases(page))
    assert len({case.title for case in found}) == page.read_text().count("\n## ")
    return found


def _cases(page: Path) -> Iterator[Case]:
    title, files, place = "", dict[str, str](), -1
    given: re.Match[str] | None = None
    for piece in _PIECE.finditer(page.read_text()):
        if piece["title"]:
            title = piece["title"]
            continue
        place += 1
        name = piece["info"].removeprefix("synth").strip()
        if given is not None:
            options = given["info"].removeprefix("synth").strip()
            yield Case(page=page, title=title, options=options, given=given["text"], files=dict(files), expected=piece["text"], place=place)
            given = None
        elif name.endswith(".synth"):
            files[name] = piece["text"]
        else:
            given = piece


def shown(finding: Diagnostic) -> str:
    """Return a finding as pages write it: everything that a user sees."""
    lines = [f"{_place(finding.span)} {finding.rule}: {finding.message}"]
    lines += [f"  {_place(label.span, finding.span)}: {label.text}" for label in finding.labels]
    if finding.help:
        lines.append(f"  help: {finding.help}")
    if finding.fix:
        lines.append(f"  {finding.fix.safety} fix: {finding.fix.title}")
    return "".join(f"{line}\n" for line in lines)


def _place(span: Span, beside: Span | None = None) -> str:
    """Return where a span stands, with its file where that is another than the finding's, and its first line."""
    line, column = span.source.position(span.start)
    file = f"{span.source.path}:" if beside is not None and beside.source.path != span.source.path else ""
    first, *more = span.text.split("\n")
    return f"{file}{line}:{column} `{first}{' ...' if more else ''}`"
