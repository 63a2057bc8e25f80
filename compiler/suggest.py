"""Did you mean."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from synthc.dsl.diagnostic import Edit, Fix
from synthc.dsl.source import Span


def closest(word: str, candidates: Iterable[str]) -> str | None:
    """Return the one name that was probably meant.

    >>> closest("filtr", ["filter", "federate"])
    'filter'
    """
    found = get_close_matches(word, sorted(candidates), n=1, cutoff=0.7)
    return found[0] if found else None


def spelling(word: str, candidates: Iterable[str], span: Span) -> tuple[str | None, Fix | None]:
    """Return a help sentence and a fix that replaces the word, or nothing if no name is close."""
    meant = closest(word, candidates)
    if meant is None:
        return None, None
    return f"did you mean `{meant}`?", Fix(
        title=f"replace `{word}` by `{meant}`", edits=(Edit(span=span, text=meant),)
    )
