"""Where an answer ends that a server writes on beyond."""

from __future__ import annotations

from collections.abc import Sequence


def until_stop(text: str, stops: Sequence[str]) -> str:
    """Return what stands before the first stop; some servers leave the stop in the text, or take only a few.

    >>> until_stop("hello ###", ["##"])
    'hello '
    """
    places = [place for stop in stops if (place := text.find(stop)) >= 0]
    return text[: min(places)] if places else text
