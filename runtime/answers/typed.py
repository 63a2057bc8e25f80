"""Makes what was written a value of its type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synthc.runtime.answers.booleans import read_bool
from synthc.runtime.answers.choices import read_choice
from synthc.runtime.answers.dates import read_date
from synthc.runtime.answers.lists import meant, read_items
from synthc.runtime.answers.numbers import read_number
from synthc.runtime.answers.records import read_fields, whole
from synthc.runtime.answers.refusals import is_refusal
from synthc.runtime.answers.stated import only_value
from synthc.runtime.answers.texts import leaf, read_text, text_of
from synthc.runtime.answers.unreadable import Refused, Unreadable, shown

SCALARS = frozenset({"choice", "bool", "int", "float", "share", "date"})


def read_value(text: str, of: Mapping[str, Any], *, cut: bool) -> Any:
    """Return the value that a text, without what servers leave around it, stands for.

    Raises:
        Unreadable: it is not of the type, or might mean several things.
    """
    kind = of["kind"]
    if kind == "text":
        return read_text(text)
    if is_refusal(text):
        raise Refused
    if kind == "list":
        return [_converted(item, of["of"]) for item in read_items(text, of["of"], cut=cut)]
    if kind == "record":
        return _fields(read_fields(text, list(of["fields"]), cut=cut), of)
    return _scalar(text, of, cut=cut)


def _scalar(text: str, of: Mapping[str, Any], *, cut: bool) -> Any:
    value = only_value(text)
    return _of_text(text, of, cut=cut) if value is None else _converted(value, of)


def _fields(found: Mapping[str, Any], of: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: _field(name, value, of["fields"][name]) for name, value in found.items()}
    said = [value for value in values.values() if isinstance(value, str)]
    if len(said) == len(values) and any(map(is_refusal, said)):
        raise Refused
    return values


def _field(name: str, value: Any, of: Mapping[str, Any]) -> Any:
    try:
        return _converted(value, of)
    except Refused:
        raise
    except Unreadable as problem:
        raise Unreadable(f"unclear in `{name}`, which is {problem}") from None


def _converted(value: Any, of: Mapping[str, Any]) -> Any:
    """Return a value of JSON, or a text in its place, as its type."""
    kind = of["kind"]
    if value is None:
        raise Unreadable("empty")
    if kind == "list":
        items = meant(value, of["of"]) if isinstance(value, list) else read_items(_text(value, kind), of["of"], cut=False)
        return [_converted(item, of["of"]) for item in items]
    if kind == "record":
        return _fields(whole(value, list(of["fields"])) if isinstance(value, dict) else read_fields(_text(value, kind), list(of["fields"]), cut=False), of)
    if kind == "text":
        said = leaf(text_of(value) if isinstance(value, dict) else _text(value, kind))
        if not said:
            raise Unreadable("empty")
        return said
    return _plain(value, of)


def _plain(value: Any, of: Mapping[str, Any]) -> Any:
    """Return a number, a choice and so on; what JSON says exactly needs no reading."""
    kind = of["kind"]
    if kind == "bool" and isinstance(value, bool):
        return value
    if kind in {"int", "float", "share"} and isinstance(value, bool):
        raise Unreadable(f"{str(value).lower()} where a number was asked for")
    if kind in {"int", "float", "share"} and isinstance(value, int | float):
        return read_number(repr(value), kind, cut=False)
    return _of_text(_text(value, kind), of, cut=False)


def _text(value: Any, kind: str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    raise Unreadable(f"a {'list' if isinstance(value, list) else 'record'} where a {kind} was asked for")


def _of_text(text: str, of: Mapping[str, Any], *, cut: bool) -> Any:
    if not text.strip():
        raise Unreadable("empty")
    match of["kind"]:
        case "bool":
            return _unless_cut(lambda: read_bool(text), cut=cut)
        case "choice":
            return _unless_cut(lambda: read_choice(text, of["options"]), cut=cut)
        case "date":
            return read_date(text)
        case "int" | "float" | "share":
            return read_number(text, of["kind"], cut=cut)
    raise Unreadable(f"not a {of['kind']}: {shown(text)}")


def _unless_cut(read: Any, *, cut: bool) -> Any:
    try:
        return read()
    except Unreadable as problem:
        if cut and str(problem).startswith(("neither", "none")):
            raise Unreadable(f"{problem}, when it was cut off; raise `max_output`, or ask for one word") from None
        raise
