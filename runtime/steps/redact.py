"""Puts a mark in the place of what points at a person.

Patterns rather take too much than too little, but for numbers with check digits, which must agree.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence

import polars as pl

from synthc.runtime.steps.stage import Around, each

DATE = re.compile(r"\d{4}[-./ ]\d{1,2}[-./ ]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{2,4}|\d{4} ?- ?\d{4}")
LETTERS = {letter: str(number) for number, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 10)}


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdecimal())


def phone(text: str) -> bool:
    """Tell whether digits and what stands between them could be called, and are no date.

    >>> phone("+44 20 7946 0958"), phone("555-0123"), phone("1939-1945"), phone("31.12.2024")
    (True, True, False, False)
    """
    if DATE.fullmatch(text):
        return False
    count = len(_digits(text))
    likely = text[0] in "+(0" or re.fullmatch(r"\d{3}[-. ]\d{4}", text) is not None
    return 7 <= count <= 15 and (likely or count >= 9)


def card(text: str) -> bool:
    """Tell whether the check digit of a card number agrees, by Luhn.

    >>> card("4111 1111 1111 1111"), card("4111 1111 1111 1112")
    (True, False)
    """
    digits = [int(digit) for digit in reversed(_digits(text))]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return 13 <= len(digits) <= 19 and (sum(digits[::2]) + sum(doubled)) % 10 == 0


def iban(text: str) -> bool:
    """Tell whether the check digits of an account number agree, by ISO 7064.

    >>> iban("DE89 3704 0044 0532 0130 00"), iban("DE88 3704 0044 0532 0130 00")
    (True, False)
    """
    bare = text.replace(" ", "")
    return 15 <= len(bare) <= 34 and int("".join(LETTERS.get(c, c) for c in bare[4:] + bare[:4])) % 97 == 1


def address(text: str) -> bool:
    """Tell whether this is an IP address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def always(_: str) -> bool:
    """Take whatever the pattern finds."""
    return True


Found = tuple[re.Pattern[str], Callable[[str], bool]]
FINDS: Mapping[str, Found] = {
    "url": (re.compile(r"\b(?:https?://|www\.)[^\s<>\"']*[^\s<>\"'.,;:!?)\]}]", re.IGNORECASE), always),
    # No more than mail allows before its sign, or a long run of letters would be looked through from each of them.
    "email": (re.compile(r"[\w.%+'-]{0,63}\w@[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE), always),
    "iban": (re.compile(r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"), iban),
    "ip": (re.compile(r"(?<![\w.:])(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:.]*[0-9a-f:])(?![\w:])", re.IGNORECASE), address),
    "card": (re.compile(r"(?<![\w.])[0-9](?:[ -]?[0-9]){12,18}(?!\w)"), card),
    "phone": (re.compile(r"(?<![\w.+])(?:\+ ?)?\(?[0-9](?:[ ()./-]{0,2}[0-9]){6,14}(?!\w)"), phone),
    "handle": (re.compile(r"(?<![\w@])@\w{2,30}"), always),
    "digits": (re.compile(r"[0-9]{4,}"), always),
}
"""What each kind is found by, and whether it is one; in the order in which they are looked for."""


def redacted(text: str, kinds: Sequence[str], mark: str | None) -> str:
    """Return a text with marks in it.

    >>> redacted("call 020 7946 0958 or mail jo@example.org", ["email", "phone"], None)
    'call [phone] or mail [email]'
    """
    for kind, (pattern, holds) in FINDS.items():
        if kind in kinds:
            stands = f"[{kind}]" if mark is None else mark
            text = pattern.sub(lambda match, holds=holds, stands=stands: stands if holds(match[0]) else match[0], text)  # type: ignore[misc]
    return text


def work(frame: pl.DataFrame, around: Around) -> pl.DataFrame:
    """Change one frame's texts."""
    column, kinds, mark = around.settings["column"], around.settings["kinds"], around.settings["mark"]
    texts = frame[column].struct.field("value") if isinstance(frame.schema[column], pl.Struct) else frame[column]
    return frame.with_columns(pl.Series(column, [redacted(text, kinds, mark) for text in texts], dtype=pl.String))


STAGE = each(work)
