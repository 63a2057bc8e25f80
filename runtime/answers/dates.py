"""Days, in the spellings that leave no doubt."""

from __future__ import annotations

import datetime as dt
import re

from synthc.runtime.answers.stated import statements
from synthc.runtime.answers.unreadable import Unreadable, shown

_MONTHS = "january february march april may june july august september october november december".split()  # noqa: SIM905 - twelve words
_MONTH = rf"(?P<month>{'|'.join(f'{name[:3]}(?:{name[3:]})?' for name in _MONTHS)}|sept)\.?"
_ISO = re.compile(r"(?<!\d)(?P<year>\d{4})([-/.])(?P<number>\d{1,2})\2(?P<day>\d{1,2})(?!\d)")
_DAY_FIRST = re.compile(rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)?[ -]{_MONTH},?[ -](?P<year>\d{{4}})(?!\d)", re.IGNORECASE)
_MONTH_FIRST = re.compile(rf"\b{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}})(?!\d)", re.IGNORECASE)
_DOTTED = re.compile(r"(?<!\d)(?P<day>\d{1,2})\.\s?(?P<number>\d{1,2})\.\s?(?P<year>\d{4})(?!\d)")
_SLASHED = re.compile(r"(?<!\d)(?P<one>\d{1,2})/(?P<two>\d{1,2})/(?P<year>\d{4})(?!\d)")


def read_date(text: str) -> dt.date:
    """Return the one day that is named.

    >>> read_date("It was on the 3rd of February 2024.")
    datetime.date(2024, 2, 3)

    Raises:
        Unreadable: there is none, several, or one that may be two.
    """
    found = {day for said in statements(text) for day in _days(said)}
    if not found:
        raise Unreadable(f"without a date: {shown(text)}")
    if len(found) > 1:
        raise Unreadable("several dates, " + " and ".join(map(str, sorted(found)[:3])))
    return found.pop()


def _days(text: str) -> list[dt.date]:
    found = [_day(match["year"], _number(match), match["day"], match[0]) for form in (_ISO, _DAY_FIRST, _MONTH_FIRST, _DOTTED) for match in form.finditer(text)]
    return found + [_slashed(match) for match in _SLASHED.finditer(text)]


def _number(match: re.Match[str]) -> int:
    """Return the number of a month."""
    groups = match.groupdict()
    if groups.get("number"):
        return int(groups["number"])
    return [name[:3] for name in _MONTHS].index(groups["month"][:3].casefold()) + 1


def _slashed(match: re.Match[str]) -> dt.date:
    """Return a day whose month stands first in America and second elsewhere, where only one of them can be."""
    one, two = int(match["one"]), int(match["two"])
    if one <= 12 and two <= 12 and one != two:
        raise Unreadable(f"a date that may be two: {shown(match[0])}")
    return _day(match["year"], min(one, two), str(max(one, two)), match[0])


def _day(year: str, month: int, day: str, written: str) -> dt.date:
    try:
        return dt.date(int(year), month, int(day))
    except ValueError:
        raise Unreadable(f"no day that there is: {shown(written)}") from None
