"""Records: an object, or a line for each field."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from synthc.runtime.answers.fences import fenced
from synthc.runtime.answers.loose_json import Found, values
from synthc.runtime.answers.tables import pairs_in, rows_in
from synthc.runtime.answers.texts import unquoted
from synthc.runtime.answers.unreadable import Unreadable
from synthc.runtime.answers.wrapping import spellings

_PAIR = re.compile(r"\A\s*(?:[-*+\u2022>]\s+|\d{1,2}[.)]\s+)?[*_\"'`]{0,3}(?P<name>[A-Za-z][\w -]{0,40}?)[*_\"'`]{0,3}\s*[:=\uff1a][*_]{0,3}(?:\s+(?P<value>.*?))?\s*\Z")


def read_fields(text: str, names: Sequence[str], *, cut: bool) -> dict[str, Any]:
    r"""Return the fields of a record as they were written.

    >>> read_fields("Name: Tom\n**Age:** 41", ["name", "age"], cut=False)
    {'name': 'Tom', 'age': '41'}

    Raises:
        Unreadable: a field is missing, or there are several records.
    """
    found = next(filter(None, (_objects(spelling, names, cut=cut) for spelling in spellings(text))), [])
    if found:
        return _whole_one(found, names, cut=cut)
    body = (fenced(text) or [text])[0]
    rows = rows_in(body, cut=cut)
    pairs = pairs_in(rows) if rows else _pairs(body)
    if pairs and cut and _key(pairs[-1][0]) in map(_key, names) and not text.endswith(("\n", "```")):
        raise Unreadable("cut off before it was whole; raise `max_output`")
    if not pairs and cut:
        raise Unreadable("cut off before its first field; raise `max_output`")
    return whole(_once(pairs), names)


def _objects(text: str, names: Sequence[str], *, cut: bool) -> list[Found]:
    """Return the objects of a text, also those in an array and in an object around them."""
    found = []
    for each in values(text, cut=cut):
        inside = each.value if isinstance(each.value, list) else [each.value]
        found += [replace(each, value=_inner(one, names)) for one in inside if isinstance(one, dict)]
    return found


def _inner(found: Mapping[str, Any], names: Sequence[str]) -> Mapping[str, Any]:
    """Return the object in an object such as `{"person": {...}}`."""
    inside = next(iter(found.values())) if len(found) == 1 else None
    return inside if isinstance(inside, dict) and not has_all(found, names) else found


def _whole_one(found: Sequence[Found], names: Sequence[str], *, cut: bool) -> dict[str, Any]:
    """Return the one object that has all fields; where none has, say what the first lacks."""
    fitting = [each for each in found if has_all(each.value, names) and (each.whole or not (cut or each.broken))]
    different = [each for place, each in enumerate(fitting) if all(each.value != other.value for other in fitting[:place])]
    if len(different) > 1:
        raise Unreadable(f"{len(different)} records where one was asked for")
    if different:
        return whole(different[0].value, names)
    if cut and not found[-1].whole:
        raise Unreadable("cut off before it was whole; raise `max_output`")
    return whole(found[0].value, names)


def records_on_lines(text: str, names: Sequence[str], *, cut: bool) -> list[dict[str, Any]]:
    r"""Return records whose fields stand on lines; a field that was there before begins the next one.

    >>> records_on_lines("1. Name: Tom\n   Age: 41\n2. Name: Ann\n   Age: 30", ["name", "age"], cut=False)
    [{'Name': 'Tom', 'Age': '41'}, {'Name': 'Ann', 'Age': '30'}]
    """
    known = {_key(name) for name in names}
    found: list[dict[str, Any]] = []
    for name, value in _pairs(text):
        if _key(name) not in known:
            continue
        if not found or _key(name) in map(_key, found[-1]):
            found.append({})
        found[-1][name] = value
    if not found:
        raise Unreadable("a list without records" if not cut else "cut off in its first item; raise `max_output`")
    return found[:-1] if cut and not text.endswith("\n") else found


def _pairs(text: str) -> list[tuple[str, str]]:
    """Return the names and values of lines such as `name: value`; a value may go on below."""
    pairs: list[tuple[str, str]] = []
    for line in text.splitlines():
        found = _PAIR.match(line)
        if found is not None:
            pairs.append((found["name"], unquoted((found["value"] or "").strip("* ").rstrip(","))))
        elif pairs and line.strip() and not pairs[-1][1]:
            pairs[-1] = (pairs[-1][0], line.strip())
        elif pairs and line.strip() and re.match(r"\s*(?:[-*\u2022]|\d{1,2}[.)])\s", line):
            pairs[-1] = (pairs[-1][0], f"{pairs[-1][1]}\n{line.strip()}")
    return pairs


def _once(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in pairs:
        key = next((known for known in found if _key(known) == _key(name)), name)
        if found.get(key, value) != value:
            raise Unreadable(f"contradictory: `{name}` is there twice, with different values")
        found[key] = value
    return found


def _key(name: object) -> str:
    """Return a name without what writers change in it: `fullName`, `Full name` and `full_name` are one."""
    return re.sub(r"[\W_]", "", str(name)).casefold()


def has_all(found: Mapping[str, Any], names: Sequence[str]) -> bool:
    """Tell whether an object has all fields."""
    return {_key(name) for name in names} <= {_key(name) for name in found}


def whole(found: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Return the fields of a record in their order.

    Raises:
        Unreadable: one is missing.
    """
    folded = {_key(name): value for name, value in found.items()}
    missing = [f"`{name}`" for name in names if _key(name) not in folded]
    if missing:
        raise Unreadable("without " + " and ".join(missing))
    return {name: folded[_key(name)] for name in names}
