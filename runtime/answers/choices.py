"""One of a few options, as it was written."""

from __future__ import annotations

import re
from collections.abc import Sequence

from synthc.runtime.answers.stated import begun, last_line, statements, undressed
from synthc.runtime.answers.unreadable import Unreadable, shown

_MARKER = re.compile(r"\A[(\[]?(?:\d{1,2}|[A-Za-z])[.)\]]\s+")
_IT_IS = re.compile(r"\A(?:this|it|that|the (?:text|message))(?:'s|\u2019s| is| seems| sounds| would be)(?: (?:a|an|clearly|definitely|most likely|probably))*\s+", re.IGNORECASE)
_OR = re.compile(r"\A\W*(?:(?:and|or|but|also)\W+|[/|,&]\s*)", re.IGNORECASE)


def read_choice(text: str, options: Sequence[str]) -> str:
    """Return the option that was written.

    >>> read_choice('The answer is "yes".', ["yes", "no"])
    'yes'

    Raises:
        Unreadable: it is none of them, or several.
    """
    found = {option for said in [begun(text), *statements(text), *_last(text)] for option in _named(said, options)}
    if len(found) > 1:
        raise Unreadable("both " + " and ".join(f"`{option}`" for option in options if option in found))
    if not found:
        raise Unreadable(f"none of the options: {shown(text)}")
    return found.pop()


def _last(text: str) -> list[str]:
    """Return the last line, if it may be a verdict alone."""
    line = undressed(last_line(text)).rstrip(".!")
    return [line] if line and len(line.split()) <= 3 else []


def _named(text: str, options: Sequence[str]) -> set[str]:
    """Return the options that a statement begins with: one, and others that it names in the same breath."""
    said = _IT_IS.sub("", undressed(_MARKER.sub("", undressed(text))))
    found: set[str] = set()
    while (option := _first(said, options)) is not None:
        found.add(option)
        rest = said[len(option) :].lstrip("*_\"'`\u201c\u201d\u2019")
        joint = _OR.match(rest)
        if joint is None:
            break
        said = undressed(rest[joint.end() :])
    return found


def _first(text: str, options: Sequence[str]) -> str | None:
    """Return the longest option that a text begins with, as a whole word."""
    folded = text.casefold()
    for option in sorted(options, key=len, reverse=True):
        begins = folded.startswith(option.casefold())
        if begins and not re.match(r"\w", folded[len(option) :]):
            return option
    return None
