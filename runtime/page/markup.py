"""HTML that is escaped by default: text becomes markup only through here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

VOID = frozenset({"br", "hr", "img", "meta"})
NARROW = 4
"""Columns up to which a table is as wide as what is in it."""
CODE = re.compile(r"`([^`]+)`")


class Markup(str):
    """Text that is HTML already, and is not escaped again."""

    __slots__ = ()


def safe(value: object) -> Markup:
    """Return markup as it is, anything else as escaped text.

    >>> safe("a < b")
    'a &lt; b'
    """
    return value if isinstance(value, Markup) else Markup(escape(str(value)))


def join(parts: Iterable[object], between: str = "") -> Markup:
    """Return all parts, one after the other.

    >>> join(["a", Markup("<b>b</b>")], ", ")
    'a, <b>b</b>'
    """
    return Markup(escape(between).join(safe(part) for part in parts))


def element(name: str, *children: object, **attributes: object) -> Markup:
    """Return an element; `class_` is `class`, `_` in other names is `-`, an attribute that is None is left out.

    >>> element("p", "1 < 2", class_="note")
    '<p class="note">1 &lt; 2</p>'
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"' for key, value in attributes.items() if value is not None
    )
    if name in VOID:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{join(children)}</{name}>")


def prose(text: str) -> Markup:
    """Return a sentence in which what stands in backticks is code.

    >>> prose("`web` is <empty>")
    '<code>web</code> is &lt;empty&gt;'
    """
    return Markup(CODE.sub(r"<code>\1</code>", escape(text)))


def cut(text: str, longest: int) -> str:
    """Return the beginning of a text.

    >>> len(cut("a long day", 7)), cut("a day", 7)
    (7, 'a day')
    """
    return text if len(text) <= longest else f"{text[: longest - 1]}\u2026"


def absent(why: str) -> Markup:
    """Return what stands where there is nothing: the reason."""
    return element("span", prose(why), class_="absent")


def chip(text: str, kind: str) -> Markup:
    """Return a small label whose colour depends on its kind."""
    return element("span", text, class_=f"chip {kind}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """The head of a column, and whether its cells are numbers; `group` is what it stands under."""

    title: object
    number: bool = True
    group: str = ""


def table(columns: Sequence[Column], rows: Iterable[Sequence[object]], *, caption: str) -> Markup:
    """Return a table that scrolls by itself where it is too wide; the first cell heads its row.

    Neighbouring columns of the same group share a head above theirs; a row of one cell is a heading.
    """
    body = []
    for row in rows:
        if len(row) == 1:
            body.append(element("tr", element("th", row[0], colspan=len(columns), scope="rowgroup", class_="among")))
            continue
        cells = [element("th", row[0], scope="row")]
        cells += [element("td", cell, class_="number" if column.number else None) for column, cell in zip(columns[1:], row[1:], strict=True)]
        body.append(element("tr", *cells))
    heads = [element("th", c.title, scope="col", class_="number" if c.number else None) for c in columns]
    head = element("thead", _groups(columns), element("tr", *heads))
    narrow = "narrow" if len(columns) <= NARROW else None
    inner = element("table", element("caption", prose(caption)), head, element("tbody", *body), class_=narrow)
    return element("div", inner, class_="scroll", role="region", aria_label=caption.replace("`", ""), tabindex="0")


def _groups(columns: Sequence[Column]) -> Markup:
    if not any(column.group for column in columns):
        return Markup("")
    spans: list[tuple[str, int]] = []
    for column in columns:
        if spans and spans[-1][0] == column.group:
            spans[-1] = (column.group, spans[-1][1] + 1)
        else:
            spans.append((column.group, 1))
    cells = [element("th", group, colspan=width, scope="colgroup", class_="group") if group else element("td", colspan=width) for group, width in spans]
    return element("tr", *cells)


def listed(items: Iterable[object], *, class_: str | None = None) -> Markup:
    """Return a list with bullets, nothing if there are no items."""
    found = [element("li", item) for item in items]
    return element("ul", *found, class_=class_) if found else Markup("")


def folded(title: object, *children: object, unfolded: bool = False) -> Markup:
    """Return content that is shown and hidden when its title is chosen."""
    return element("details", element("summary", title), *children, open="" if unfolded else None)


def definitions(pairs: Iterable[tuple[object, object]], *, class_: str = "facts") -> Markup:
    """Return names and what they stand for."""
    return element("dl", *(element("div", element("dt", name), element("dd", value)) for name, value in pairs), class_=class_)
