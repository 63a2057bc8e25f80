"""Reads JSON as models write it: beside prose, with other quotes, commas too many or too few, comments, Python's words, cut short."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from synthc.runtime.answers.unreadable import Unreadable

_BLANK = r"(?:\s|//[^\n]*|#[^\n]*|/\*.*?(?:\*/|\Z))*"
_SPACE = re.compile(_BLANK, re.DOTALL)
_NUMBER = re.compile(r"[+-]?(?:0|[1-9](?:_?\d)*)?(?:\.\d*)?(?:[eE][+-]?\d+)?")
_NAME = re.compile(r"[A-Za-z_$][\w$-]*")
_WORDS = re.compile(r"[A-Za-z][^\n,{}\[\]\"]*?(?=\s*(?:,\s|,?\s*\}|\n|\Z))")
_LITERALS = {"true": True, "false": False, "null": None, "none": None, "undefined": None}
_DOUBLE, _SINGLE = '"\u201c\u201d\u201e\u201f\u00ab\u00bb', "'\u2018\u2019\u201a\u201b`"
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "\n": ""}
_HEX = re.compile(r"u[0-9a-fA-F]{4}(?:\\u[dD][c-fC-F][0-9a-fA-F]{2})?|x[0-9a-fA-F]{2}")
_ENDS = rf"{_BLANK}(?:[\]}}:]|\Z|```)"
_GOES_ON = rf"{_BLANK},{_BLANK}(?:[\]}}\[{{\d\"'\u201c\u2018\u00ab\u2026.-]|\Z|```|(?:true|false|null|none)\b|[A-Za-z_]\w*\s*:)"
_NEXT_LINE = rf"[^\S\n]*(?://[^\n]*|#[^\n]*)?\n{_BLANK}[\"'\u201c\u2018]"
_CLOSES = re.compile(f"{_ENDS}|{_GOES_ON}|{_NEXT_LINE}", re.DOTALL | re.IGNORECASE)
_DEEPEST = 30
_PATIENCE = 50
"""How many brackets may be prose before the others are taken for prose unread: a model in a loop may write thousands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An array or object in a text, and where it stands.

    Where the text ends before it does, `whole` is false and `value` has what was finished of it;
    `broken` tells that the text ends inside an item, and not where only the bracket was forgotten.
    """

    value: Any
    start: int
    end: int
    whole: bool
    broken: bool = False


class _Ended(Exception):  # not a mistake: it carries what was finished
    """The text ended inside a value."""

    def __init__(self, partial: Any, *, broken: bool) -> None:
        """Keep what was finished of it."""
        super().__init__()
        self.partial, self.broken = partial, broken


def values(text: str, *, cut: bool = False) -> Iterator[Found]:
    """Yield the arrays and objects of a text in their order; where it was cut, a number at its end may go on.

    >>> [found.value for found in values("Sure: ['a', 'b',] and {c: True}")]
    [['a', 'b'], {'c': True}]

    Raises:
        Unreadable: an object names something twice, or a list is abridged.
    """
    place = failed = 0
    while (start := _next(text, place)) >= 0 and failed < _PATIENCE:
        found = _read(text, start, cut=cut)
        place = start + 1 if found is None else found.end
        failed += found is None
        if found is not None:
            yield found


def _next(text: str, place: int) -> int:
    starts = [start for start in (text.find("[", place), text.find("{", place)) if start >= 0]
    return min(starts, default=-1)


def _read(text: str, start: int, *, cut: bool) -> Found | None:
    """Return the value at a bracket; None if it is a bracket of prose."""
    try:
        value, end = json.JSONDecoder(strict=False, object_pairs_hook=_once).raw_decode(text, start)
        return Found(value=value, start=start, end=end, whole=True)
    except (ValueError, RecursionError):
        reader = _Reader(text=text, at=start, cut=cut)
    try:
        value = reader.value()
    except _Ended as ended:
        return Found(value=ended.partial, start=start, end=len(text), whole=False, broken=ended.broken)
    except _Prose:
        return None
    return Found(value=value, start=start, end=reader.at, whole=True)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found and found[name] != value:
            raise Unreadable(f"contradictory: `{name}` is there twice, with different values")
        found[name] = value
    return found


class _Prose(Exception):
    """No value begins here."""


@dataclass(slots=True, kw_only=True)
class _Reader:
    """Reads one value from a place on."""

    text: str
    at: int
    cut: bool
    depth: int = 0

    def value(self, *, words: bool = False) -> Any:
        """Return the value that begins here; one of several words without quotes only behind a name."""
        opens = self._peek()
        inside: Callable[[], Any] | None = {"[": self._array, "{": self._object}.get(opens)
        if inside is not None:
            self.depth += 1
            if self.depth > _DEEPEST:
                raise _Prose
            found = inside()
            self.depth -= 1
            return found
        if opens in _DOUBLE or opens in _SINGLE:
            return self._string()
        return self._bare(words=words)

    def _peek(self) -> str:
        """Return the next character that is no space or comment."""
        self.at = self._after_space()
        if self.at >= len(self.text) or self.text.startswith(("```", "~~~"), self.at):
            raise _Ended(None, broken=False)
        return self.text[self.at]

    def _after_space(self) -> int:
        found = _SPACE.match(self.text, self.at)
        return found.end() if found else self.at

    def _array(self) -> list[Any]:
        self.at += 1
        items: list[Any] = []
        try:
            while self._peek() != "]":
                if self.text.startswith(("...", "\u2026"), self.at):
                    raise Unreadable("abridged with `...`")
                items.append(self.value())
                self._comma("]")
        except _Ended as ended:
            raise _Ended(items, broken=ended.broken or ended.partial is not None) from None
        self.at += 1
        return items

    def _object(self) -> dict[str, Any]:
        self.at += 1
        pairs: list[tuple[str, Any]] = []
        try:
            while self._peek() != "}":
                name = self._name()
                if self._peek() != ":":
                    raise _Prose
                self.at += 1
                pairs.append((name, self._named(name, pairs)))
                self._comma("}")
        except _Ended as ended:
            raise _Ended(ended.partial if isinstance(ended.partial, dict) else _once(pairs), broken=ended.broken) from None
        self.at += 1
        return _once(pairs)

    def _named(self, name: str, pairs: list[tuple[str, Any]]) -> Any:
        """Return the value of a name; of a list that is cut short the object keeps what is finished."""
        try:
            return self.value(words=True)
        except _Ended as ended:
            kept = _once([*pairs, (name, ended.partial)]) if isinstance(ended.partial, list) else None
            raise _Ended(kept, broken=ended.broken or kept is None) from None

    def _comma(self, closing: str) -> None:
        """Pass a comma; a new line stands for one that was forgotten."""
        before = self.at
        following = self._peek()
        if following == ",":
            self.at += 1
        elif following != closing and "\n" not in self.text[before : self.at]:
            raise _Prose

    def _name(self) -> str:
        if self._peek() in _DOUBLE + _SINGLE:
            return self._string()
        found = _NAME.match(self.text, self.at)
        if found is None:
            raise _Prose
        self.at = found.end()
        return found[0]

    def _string(self) -> str:
        """Return the text in quotes; it ends at a quote of the family behind which a value can end."""
        family = _DOUBLE if self.text[self.at] in _DOUBLE else _SINGLE
        place, pieces = self.at + 1, list[str]()
        while place < len(self.text):
            sign = self.text[place]
            if sign == "\\":
                piece, place = self._escape(place + 1)
                pieces.append(piece)
                continue
            if sign in family and _CLOSES.match(self.text, place + 1):
                self.at = place + 1
                return "".join(pieces)
            pieces.append(sign)
            place += 1
        raise _Ended(None, broken=True)

    def _escape(self, place: int) -> tuple[str, int]:
        """Return what is meant by an escape, and the place behind it."""
        found = _HEX.match(self.text, place)
        if found is None:
            sign = self.text[place : place + 1]
            return _ESCAPES.get(sign, sign), place + 1
        codes = [int(code, 16) for code in re.findall(r"[ux]([0-9a-fA-F]+)", found[0])]
        return "".join(map(chr, codes)).encode("utf-16", "surrogatepass").decode("utf-16", "replace"), found.end()

    def _bare(self, *, words: bool) -> Any:
        """Return a number, a literal in JSON's or Python's spelling, or words behind a name."""
        number = _NUMBER.match(self.text, self.at)
        if number is not None and any(map(str.isdigit, number[0])):
            return self._number(number[0])
        name = _NAME.match(self.text, self.at)
        if name is not None and name[0].casefold() in _LITERALS and not (words and self.text[name.end() : name.end() + 1] == " "):
            self.at = name.end()
            return _LITERALS[name[0].casefold()]
        said = _WORDS.match(self.text, self.at) if words else None
        if said is None:
            raise _Prose
        self.at = said.end()
        return said[0].strip()

    def _number(self, written: str) -> Any:
        """Return a number, or a share as it was written."""
        self.at += len(written)
        if self.at >= len(self.text) and self.cut:
            raise _Ended(None, broken=True)
        following = self.text[self.at : self.at + 1]
        if following == "%":
            self.at += 1
            return f"{written}%"
        if following.isalnum():
            raise _Prose
        return float(written) if re.search(r"[.eE]", written) else int(written.replace("_", ""))
