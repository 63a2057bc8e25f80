"""Values that are known when a spec is compiled, beyond plain numbers, texts and lists."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from synthc.compiler.types import BOOL, DATE, FLOAT, INT, SHARE, TEXT, UNKNOWN, Type, accepts, common, list_of, range_of
from synthc.dsl import syntax
from synthc.dsl.source import Span


class Share(float):
    """A share such as `20%`, as a fraction; not a float in the language."""

    __slots__ = ()


class Duration(float):
    """A length of time in seconds."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """`low..high`, both ends included."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """`.meta.score`: where a value stands in a record of a source."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A call that makes a value, such as `sgd(0.5, epochs = 1)`, its arguments evaluated."""

    name: str
    positional: tuple[Any, ...]
    named: tuple[tuple[str, Any], ...]
    spans: tuple[Span, ...]
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class AtRun:
    """A value that only the run can work out: its type, and the expression in JSON, which reads no row."""

    type: Type
    json: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Syntax that a setting takes as it stands, to be checked where it is used."""

    syntax: syntax.Expression


def to_json(value: Any) -> Any:
    """Return a constant in its JSON form."""
    if isinstance(value, dict):
        return {key: to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    if isinstance(value, Interval):
        return {"range": [value.low, value.high]}
    if isinstance(value, Keys):
        return list(value.keys)
    if isinstance(value, dt.date):
        return value.isoformat()
    return float(value) if isinstance(value, Share | Duration) else value


def expression(value: Any) -> Any:
    """Return a constant as an expression in JSON.

    >>> expression([dt.date(2024, 12, 31)])
    {'list': [{'call': 'date', 'args': [{'value': '2024-12-31'}]}]}
    """
    if isinstance(value, AtRun):
        return value.json
    if isinstance(value, dt.date):
        return {"call": "date", "args": [{"value": value.isoformat()}]}
    if isinstance(value, Interval):
        return {"range": [{"value": value.low}, {"value": value.high}]}
    if isinstance(value, list) and any(isinstance(item, dt.date) for item in value):
        return {"list": [expression(item) for item in value]}
    if isinstance(value, dict):
        return {"record": {name: expression(item) for name, item in value.items()}}
    return {"value": to_json(value)}


def fits(value: Any, wanted: Type) -> bool:
    """Tell whether a constant may stand where a type is wanted; a text may be an option of a choice.

    >>> fits("yes", Type(kind="choice", options=("yes", "no"))), fits(5, TEXT)
    (True, False)
    """
    if wanted.kind == "choice" and isinstance(value, str):
        return value in wanted.options
    if wanted.kind == "list" and wanted.of is not None and isinstance(value, list):
        return all(fits(item, wanted.of) for item in value)
    if wanted.kind == "record" and isinstance(value, dict):
        return value.keys() == dict(wanted.fields).keys() and all(fits(value[name], of) for name, of in wanted.fields)
    found = type_of(value)
    return found is not None and accepts(wanted, found)


def type_of(value: Any) -> Type | None:
    """Return the type of a constant, None if it has none in the language."""
    for python, type_ in ((bool, BOOL), (Share, SHARE), (int, INT), (float, FLOAT), (str, TEXT), (dt.date, DATE)):
        if isinstance(value, python) and not isinstance(value, Duration | Made):
            return type_
    if isinstance(value, AtRun):
        return value.type
    if isinstance(value, Interval):
        return range_of(INT if isinstance(value.low, int) and isinstance(value.high, int) else FLOAT)
    if isinstance(value, list):
        of: Type | None = UNKNOWN
        for item in value:
            of = common(of or UNKNOWN, type_of(item) or UNKNOWN)
            if of is None:
                return None
        return list_of(of or UNKNOWN)
    if isinstance(value, dict):
        fields = {name: type_of(item) for name, item in value.items()}
        return None if None in fields.values() else Type(kind="record", fields=tuple((n, t) for n, t in fields.items() if t))
    return None
