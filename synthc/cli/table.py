"""Columns of text under each other."""

from __future__ import annotations

from collections.abc import Sequence

MINUTE = 60


def table(rows: Sequence[Sequence[str]], *, right: str = "") -> str:
    r"""Return rows as lines, each column as wide as it must be; `right` has an `r` for each column that leans right.

    >>> table([["name", "rows"], ["web", "160"]], right="lr")
    'name  rows\nweb    160\n'
    """
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    sides = right.ljust(len(widths), "l")
    lines = [
        "  ".join(cell.rjust(width) if side == "r" else cell.ljust(width) for cell, width, side in zip(row, widths, sides, strict=True))
        for row in rows
    ]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def number(value: float | None) -> str:
    """Return a count for people, a dash where it is not known.

    >>> number(12345), number(None)
    ('12,345', '-')
    """
    return "-" if value is None else f"{value:,}"


def spoken(seconds: float | None) -> str:
    """Return how long something takes, for people.

    >>> spoken(None), spoken(4.21), spoken(75), spoken(8000)
    ('-', '4.2 s', '1 min 15 s', '2 h 13 min')
    """
    if seconds is None:
        return "-"
    if seconds < MINUTE:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), MINUTE)
    return f"{minutes} min {rest} s" if minutes < MINUTE else f"{minutes // MINUTE} h {minutes % MINUTE} min"
