"""The pieces of Markdown that built pages are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


def built(text: str, source: str) -> str:
    """Return a page with a note, which readers do not see, of what it was built from."""
    return f"<!-- Built by docs/build.py from {source}: change it there. -->\n\n{text.strip()}\n"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    r"""Return a table.

    >>> print(table(["name", "takes"], [["weigh", "a | b"]]))
    | name | takes |
    |---|---|
    | weigh | a \| b |
    """
    lines = [header, *rows]
    shown = ["| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |" for cells in lines]
    return "\n".join([shown[0], "|" + "---|" * len(header), *shown[1:]])


def code(text: str) -> str:
    """Return a piece of code within a line."""
    return f"`{text}`"


def fenced(text: str, language: str) -> str:
    """Return a block of code."""
    return f"```{language}\n{text.rstrip()}\n```"


def paragraph(text: str | None) -> str:
    """Return a docstring as Markdown, whose lines are as long as they like."""
    return "\n\n".join(re.sub(r"\s+", " ", part).strip() for part in (text or "").strip().split("\n\n"))


def title(page: str) -> str:
    """Return the heading of a page."""
    return page.partition("# ")[2].partition("\n")[0]


def first(page: str) -> str:
    r"""Return the first sentence of a page, below its heading.

    >>> first("# Rows\n\nThey go through\nsteps. Those have names.")
    'They go through steps.'
    """
    body = page.partition("# ")[2].partition("\n")[2].strip()
    return re.match(r".*?[.:](?= |$)|.*", re.sub(r"\s+", " ", body.partition("\n\n")[0]))[0].replace(":", ".")  # type: ignore[index]
