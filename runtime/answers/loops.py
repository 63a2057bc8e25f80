"""Models that go round in circles, as small ones do at a low temperature."""

from __future__ import annotations

from collections.abc import Sequence

from synthc.runtime.answers.unreadable import Unreadable, shown

_TAIL = 12
_TIMES = 4
"""How often something stands in a row until it is a loop; people say things three times."""
_LONG, _VERY_LONG = 80, 300
"""Characters that words, and that one word, fill before they count: `ha ha ha ha` is no loop."""


def refuse_loop(text: str) -> None:
    """Raise where a text ends in the same words over and over.

    Raises:
        Unreadable: it does.
    """
    unit = _unit(text.rstrip())
    if unit is not None:
        raise Unreadable(f"a loop: it ends in {shown(unit.strip())} over and over; raise the `temperature`, or say in the prompt when to stop")


def in_loop(text: str) -> bool:
    """Tell whether a text ends in the same words over and over."""
    return _unit(text.rstrip()) is not None


def _unit(text: str) -> str | None:
    """Return what a text repeats at its end.

    The last few characters are looked for once before: in a loop that is one round earlier.
    """
    length = len(text)
    found = text.rfind(text[-_TAIL:], 0, length - 1) if length >= _LONG else -1
    period = length - _TAIL - found
    if found < 0 or period * _TIMES > length or text[length - _TIMES * period : length - period] != text[length - (_TIMES - 1) * period :]:
        return None
    start = length - _TIMES * period
    while start > 0 and text[start - 1] == text[start - 1 + period]:
        start -= 1
    unit = text[length - period :]
    return unit if length - start >= (_LONG if len(unit.split()) > 1 and len(set(unit.split())) > 1 else _VERY_LONG) else None


def refuse_items_in_loop(items: Sequence[object]) -> None:
    """Raise where a list ends in the same few texts over and over.

    Raises:
        Unreadable: it does.
    """
    for period in range(1, 5):
        times = _TIMES + (period == 1)
        if len(items) >= times * period and all(items[-i] == items[-i - period] for i in range(1, (times - 1) * period + 1)):
            said = ", ".join(shown(str(item)) for item in items[-period:])
            raise Unreadable(f"a loop: it ends in {said} over and over; raise the `temperature`, or say in the prompt when to stop")
