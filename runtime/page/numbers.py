"""Numbers as people read them; what was not measured is never a number."""

from __future__ import annotations

import math
from datetime import UTC, datetime

LARGE = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))


def count(value: float | None) -> str:
    """Return a whole number with its thousands apart.

    >>> count(120000)
    '120,000'
    """
    return "not known" if value is None else f"{value:,.0f}"


def brief(value: float) -> str:
    """Return a number for a narrow place.

    >>> brief(4321), brief(120000), brief(2400000)
    ('4,321', '120k', '2.4M')
    """
    for size, letter in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if value >= size and value >= 10_000:
            return f"{value / size:.3g}{letter}"
    return f"{value:,.0f}"


def percent(share: float | None, digits: int = 1) -> str:
    """Return a share as a percentage.

    >>> percent(0.1234)
    '12.3%'
    """
    return "not known" if share is None else f"{share:.{digits}%}"


def change(share: float) -> str:
    """Return a relative change without more digits than it is worth.

    >>> change(0.2731), change(-0.0412)
    ('27%', '-4.1%')
    """
    return f"{share:.0%}" if abs(share) >= 0.0995 else f"{share:.1%}"


def signed(share: float) -> str:
    """Return a relative change with its sign.

    >>> signed(0.2731), signed(0.0)
    ('+27%', '0%')
    """
    if share == 0:
        return "0%"
    return ("+" if share > 0 else "\u2212") + change(abs(share))


def points(share: float) -> str:
    """Return a difference of shares in percentage points, with its sign.

    >>> points(0.1685), points(0.0)
    ('+16.9', '0.0')
    """
    text = f"{abs(share) * 100:.1f}"
    return text if text == "0.0" else ("+" if share > 0 else "\u2212") + text


def significant(value: float | None, digits: int = 3) -> str:
    """Return a number with so many significant digits, without an exponent where that is readable.

    >>> significant(0.7024), significant(1e-8)
    ('0.702', '1e-8')
    """
    if value is None:
        return "not known"
    if value != 0 and not 1e-4 <= abs(value) < 1e6:
        number, _, exponent = f"{value:.{digits - 1}e}".partition("e")
        return f"{number.rstrip('0').rstrip('.') if '.' in number else number}e{int(exponent)}"
    return f"{value:.{digits}g}"


def bound(value: float | None) -> str:
    """Return an upper bound with three digits, rounded up so that it stays one.

    >>> bound(3.9971), bound(0.51234)
    ('4.00', '0.513')
    """
    if value is None or not math.isfinite(value):
        return "not known" if value is None else "infinite"
    if value <= 0:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(value)))
    return f"{math.ceil(value * 10**digits - 1e-9) / 10**digits:.{digits}f}"


def odds(chance: float) -> str:
    """Return a small chance in words.

    >>> odds(1e-8), odds(2e-5)
    ('1 in 100 million', '1 in 50,000')
    """
    of = 1 / chance
    for size, name in LARGE:
        if of >= size * 0.9999:
            return f"1 in {significant(of / size)} {name}"
    return f"1 in {of:,.0f}"


def duration(seconds: float | None) -> str:
    """Return a time span.

    >>> duration(0.42), duration(75), duration(3720)
    ('0.4 s', '1 min 15 s', '1 h 2 min')
    """
    if seconds is None:
        return "not known"
    if seconds < 0.05:
        return "under 0.1 s"
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def times(number: int) -> str:
    """Return how often.

    >>> times(1), times(2), times(3)
    ('once', 'twice', '3 times')
    """
    return {1: "once", 2: "twice"}.get(number, f"{number:,} times")


def moment(time: float) -> str:
    """Return a moment in the time of Greenwich.

    >>> moment(0)
    '1 January 1970, 00:00 UTC'
    """
    at = datetime.fromtimestamp(time, UTC)
    return f"{at.day} {at:%B %Y, %H:%M} UTC"


def many(number: int, one: str, more: str = "") -> str:
    """Return a number and its noun.

    >>> many(1, "user"), many(2, "user")
    ('1 user', '2 users')
    """
    return f"{number:,} {one if number == 1 else more or one + 's'}"
