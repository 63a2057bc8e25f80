"""Tables as Markdown writes them: a line of names, a line of dashes, a line for each row."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from synthc.runtime.answers.texts import TEXT_NAMES, unquoted
from synthc.runtime.answers.unreadable import Unreadable

_DASHES = re.compile(r"\A\s*\|?(?:\s*:?-+:?\s*\|)+(?:\s*:?-+:?\s*)?\Z")
_BAR = re.compile(r"(?<!\\)\|")
_NUMBER = re.compile(r"\A#?\d{1,3}[.)]?\Z")


def rows_in(text: str, *, cut: bool) -> list[dict[str, str]]:
    r"""Return the rows of the table in a text by the names of its columns, none if it has no table; a row that was cut is left out.

    >>> rows_in("Here:\n\n| Name | Age |\n|---|---|\n| Tom | 41 |\n\nDone.", cut=False)
    [{'Name': 'Tom', 'Age': '41'}]

    Raises:
        Unreadable: there are several.
    """
    lines = text.splitlines()
    heads = [place for place, line in enumerate(lines[:-1]) if "|" in line and _DASHES.match(lines[place + 1]) and "|" in lines[place + 1]]
    if len(heads) > 1:
        raise Unreadable(f"{len(heads)} tables where one was asked for")
    if not heads:
        return []
    names, rows = _cells(lines[heads[0]]), []
    for place, line in enumerate(lines[heads[0] + 2 :], heads[0] + 2):
        if "|" not in line:
            break
        cells = _cells(line)
        if not (cut and place == len(lines) - 1 and not (line.rstrip().endswith("|") and len(cells) == len(names))):
            rows.append(dict(zip(names, cells, strict=False)))
    return rows


def texts_in(rows: Sequence[Mapping[str, str]]) -> list[str]:
    """Return the column of a table that holds its texts: the only one beside a number, or the one that is named so.

    Raises:
        Unreadable: it may be one or another.
    """
    names = [name for name in rows[0] if not all(_NUMBER.match(row.get(name, "")) for row in rows)]
    said = [name for name in names if name.casefold() in TEXT_NAMES] or names
    if len(said) != 1:
        raise Unreadable(f"a table of {len(names)} columns where a list was asked for")
    return [row.get(said[0], "") for row in rows]


def pairs_in(rows: Sequence[Mapping[str, str]]) -> list[tuple[str, Any]]:
    """Return names and values: of a table of two columns its rows, of one row its columns."""
    if len(rows) == 1:
        return list(rows[0].items())
    return [(name, value) for name, value in (tuple(row.values()) for row in rows if len(row) == 2)]


def _cells(line: str) -> list[str]:
    inside = line.strip().removeprefix("|")
    if inside.endswith("|") and not inside.endswith("\\|"):
        inside = inside[:-1]
    return [unquoted(cell.replace("\\|", "|").strip().strip("*").strip()) for cell in _BAR.split(inside)]
