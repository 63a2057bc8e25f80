"""Did you mean."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from synthc.dsl.diagnostic import Edit, Fix, Safety
from synthc.dsl.source import Span


def closest(word: str, candidates: Iterable[str]) -> str | None:
    """Return the one name that was probably meant.

    >>> closest("filtr", ["filter", "federate"])
    'filter'
    """
    found = get_close_matches(word, sorted(candidates), n=1, cutoff=0.65)
    return found[0] if found else None


def spelling(word: str, candidates: Iterable[str], span: Span, safety: Safety = Safety.SAFE) -> tuple[str | None, Fix | None]:
    """Return a help sentence and a fix that replaces a word of the language, or nothing if none is close."""
    meant = closest(word, candidates)
    if meant is None:
        return None, None
    return f"did you mean `{meant}`?", Fix(
        title=f"replace `{word}` by `{meant}`", edits=(Edit(span=span, text=meant),), safety=safety
    )


def guess(word: str, candidates: Iterable[str], span: Span) -> tuple[str | None, Fix | None]:
    """Like `spelling`, for a name that the author gave: which data or model is meant is for them to say."""
    return spelling(word, candidates, span, Safety.UNSAFE)
