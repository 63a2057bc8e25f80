"""Lines of formatted text, and how neighbours are lined up like a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Line:
    """One line, or a line with a text of several lines in it.

    `cells` are the columns where neighbours of the same `table` are lined up; `blank` asks for an empty line before.
    """

    indent: int
    text: str = ""
    blank: bool = False
    comment: bool = False
    table: object = None
    cells: list[int] = field(default_factory=list)

    def shown(self) -> str:
        """Return the line as it is written."""
        return " " * self.indent + self.text


def align(lines: list[Line]) -> None:
    """Line up the cells of all neighbours."""
    for run in _runs(lines):
        for cell in range(len(run[0].cells)):
            width = max(line.cells[cell] for line in run)
            if run[0].text.startswith("->", run[0].cells[cell]):
                width += len(run) > 1
            for line in run:
                _pad(line, cell, width)


def _runs(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Yield lines of one table that stand below each other; comments between them don't part them, blank lines do."""
    run: list[Line] = []
    for line in lines:
        if run and line.comment and not line.blank and line.indent == run[-1].indent > 0:
            continue
        tabled = bool(line.cells) and "\n" not in line.text
        if run and tabled and not line.blank and (line.table, len(line.cells)) == (run[0].table, len(run[0].cells)):
            run.append(line)
            continue
        if run:
            yield run
        run = [line] if tabled else []
    if run:
        yield run


def _pad(line: Line, cell: int, width: int) -> None:
    column = line.cells[cell]
    line.text = line.text[:column] + " " * (width - column) + line.text[column:]
    line.cells[cell:] = [place + width - column for place in line.cells[cell:]]
