"""Values that are known when a spec is compiled, beyond plain numbers, texts and lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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
    return float(value) if isinstance(value, Share | Duration) else value
