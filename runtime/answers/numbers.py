"""Numbers, in digits or words, with units and separators."""

from __future__ import annotations

import math
import re

from synthc.runtime.answers.stated import last_line, statements, undressed
from synthc.runtime.answers.unreadable import Unreadable, shown

_GROUPS = re.compile(r"(?<![\d.,])(\d{1,3}(?:([,'\u2019_\u00a0\u202f\u2009 ])\d{3})(?:\2\d{3})*)(?![\d'\u2019_]|,\d)")
_EUROPEAN = re.compile(r"(?<![\d.,])(\d{1,3}(?:\.\d{3})+),(\d+)(?![\d.,])")
_NUMBER = re.compile(r"(?<![\w.])[-\u2212]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?")
_MINUS = re.compile(r"\b(?:minus|negative) (?=\d)", re.IGNORECASE)
_OUT_OF = re.compile(r"(?<![\w.])(\d+)\s*(?:/|out of)\s*(5|10|20|100)\b")
_DECIMAL_COMMA = re.compile(r"\d,\d")
_SCALED = re.compile(r"(\d+(?:\.\d+)?)\s*(thousand|million|billion)\b", re.IGNORECASE)
_LETTER = re.compile(r"\d+(?:\.\d+)?[kKmMbB]\b")
_BECAUSE = re.compile(r"\A(?P<said>[^\n(;]{1,40}?)(?:\s*(?:,? because\b|,? since\b|,? as (?:it|the|there)\b|\(|\n))", re.IGNORECASE)
_SMALL = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()  # noqa: SIM905 - twenty words
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905
_VALUES = {word: value for value, word in enumerate(_SMALL)} | {word: 10 * value for value, word in enumerate(_TENS, 2)}
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9}


def read_number(text: str, kind: str, *, cut: bool) -> int | float:
    """Return the one number that was answered; of several, nobody knows which is meant.

    >>> read_number("The answer is 1,234.", "int", cut=False)
    1234

    Raises:
        Unreadable: there is none, or several, or not one of that kind.
    """
    if cut and re.search(r"[\d.,]\Z", text):
        raise Unreadable(f"a number that was cut off: {shown(text)}; raise `max_output`")
    found = {number for said in statements(text) for number in _numbers(said, kind)}
    last = _numbers(last_line(text), kind) if re.fullmatch(r"\W*[\d.,]+\W*", last_line(text)) else []
    found |= set(last)
    if not found:
        raise Unreadable(f"without a number: {shown(text)}")
    if len(found) > 1:
        raise Unreadable("several numbers, " + " and ".join(f"{number:g}" for number in sorted(found)[:3]))
    return _of_kind(found.pop(), kind, text)


def _numbers(text: str, kind: str) -> list[float]:
    """Return the numbers of a statement: that which it begins with, where a reason with others follows."""
    said = undressed(text)
    found = _in_digits(said, kind)
    reason = _BECAUSE.match(said)
    if len(set(found)) > 1 and reason is not None:
        first = _in_digits(reason["said"], kind)
        found = first if len(first) == 1 and re.match(r"\W*\d", said) else found
    if found or re.search(r"\d", said):
        return found
    spelt = in_words(said)
    return [] if spelt is None else [float(spelt)]


def _in_digits(text: str, kind: str) -> list[float]:
    if _LETTER.search(text):
        raise Unreadable(f"a number with a letter, which may mean several things: {shown(text)}")
    if kind == "int":
        text = _OUT_OF.sub(r"\1", text)
    text = _EUROPEAN.sub(lambda found: found[1].replace(".", "") + "." + found[2], text)
    text = _GROUPS.sub(lambda found: found[1].replace(found[2] or "", ""), text)
    if _DECIMAL_COMMA.search(text):
        raise Unreadable(f"a number with a comma, which may mean several things: {shown(text)}")
    text = _SCALED.sub(lambda found: repr(float(found[1]) * _SCALES[found[2].casefold()]), _MINUS.sub("-", text))
    return [float(number.replace("\u2212", "-")) for number in _NUMBER.findall(text)]


def in_words(text: str) -> int | None:
    """Return the number that a text spells in English, None if it is not that alone.

    >>> in_words("two hundred and forty-one"), in_words("one of them")
    (241, None)
    """
    words = [word for word in re.split(r"[\s-]+", text.casefold().strip(" .!")) if word != "and"]
    total = part = 0
    if not words or any(word not in _VALUES and word not in _SCALES and word not in {"hundred", "a"} for word in words) or words == ["a"]:
        return None
    for word in words:
        if word == "hundred":
            part = max(part, 1) * 100
        elif word in _SCALES:
            total, part = total + max(part, 1) * _SCALES[word], 0
        elif word != "a":
            part += _VALUES[word]
    return total + part


def _of_kind(number: float, kind: str, text: str) -> int | float:
    if not math.isfinite(number) or abs(number) >= 2**63:
        raise Unreadable(f"too large a number: {shown(text)}")
    if kind == "int":
        if not number.is_integer():
            raise Unreadable(f"not a whole number: {number:g}")
        return int(number)
    if kind == "share":
        number = number / 100 if re.search(r"%|\bper ?cent\b", text) else number
        if not 0 <= number <= 1:
            raise Unreadable(f"not a share: {shown(text)} is not between 0 and 1, nor has it a `%`")
    return number
