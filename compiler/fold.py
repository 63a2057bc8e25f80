"""Works expressions out when a spec is compiled, to the value that a run would find.

As at run, what has no value is None, and an expression over it has none either.
"""

from __future__ import annotations

import datetime as dt
import math
import operator
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

WHITE = r"\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
WORD = re.compile(f"[^{WHITE}]+")
AROUND = re.compile(f"^[{WHITE}]+|[{WHITE}]+\\Z")
WHOLE = re.compile(r"-?[0-9]+")
DIGITS = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
LARGEST = 2**63


def fold(tree: Mapping[str, Any]) -> Any:
    """Return the value of an expression in JSON that reads no row; None if it has none.

    >>> fold({"op": "*", "args": [{"call": "words", "args": [{"value": "a b"}]}, {"value": 2}]})
    4
    """
    if "value" in tree:
        return tree["value"]
    if "list" in tree:
        return _of([fold(item) for item in tree["list"]], list)
    if "range" in tree:
        return _of([fold(end) for end in tree["range"]], list)
    if "record" in tree:
        fields = {name: fold(item) for name, item in tree["record"].items()}
        return None if None in fields.values() else fields
    if "field" in tree:
        record = fold(tree["of"])
        return None if record is None else record[tree["field"]]
    return _checked(_operation(tree) if "op" in tree else _called(tree["call"], [fold(one) for one in tree["args"]]))


def calls_in(tree: Any) -> set[str]:
    """Return the functions that an expression in JSON calls."""
    if isinstance(tree, Mapping):
        own = {tree["call"]} if isinstance(tree.get("call"), str) else set()
        return own.union(*map(calls_in, tree.values()))
    return set().union(*map(calls_in, tree)) if isinstance(tree, list) else set()


def _of(values: list[Any], made: Callable[[list[Any]], Any]) -> Any:
    return None if any(value is None for value in values) else made(values)


def _checked(value: Any) -> Any:
    """Return None for numbers that a run could not hold."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return None if isinstance(value, int) and not -LARGEST <= value < LARGEST else value


def _operation(tree: Mapping[str, Any]) -> Any:
    args, name = [fold(one) for one in tree["args"]], tree["op"]
    if name in {"and", "or"}:
        decides = name == "or"
        return decides if decides in args else _of(args, lambda _: not decides)
    if name == "in" and "range" in tree["args"][1]:
        return _of(args, lambda both: both[1][0] <= both[0] <= both[1][1])
    return _of(args, lambda values: _tried(OPERATORS[name], values))


def _called(name: str, args: list[Any]) -> Any:
    return _of(args, lambda values: _tried(CALLS[name], values))


def _tried(work: Callable[..., Any], values: list[Any]) -> Any:
    try:
        return work(*values)
    except (ValueError, ArithmeticError, IndexError):
        return None


def spelled(value: Any) -> str:
    """Return a value as it is written in a text.

    >>> spelled(True), spelled(2.0), spelled(0.00001), spelled(0.000001)
    ('true', '2.0', '0.00001', '1e-6')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        text = repr(float(value))
        return format(Decimal(text), "f") if text.endswith("e-05") else text.replace("e-0", "e-")
    return str(value)


def _unique(items: list[Any]) -> list[Any]:
    if any(isinstance(item, dict | list) for item in items):
        return [item for place, item in enumerate(items) if item not in items[:place]]
    return list(dict.fromkeys(items))


def _round(number: float) -> int:
    return int(math.copysign(math.floor(abs(number) + 0.5), number))


def _parts(text: str, between: str) -> list[str] | None:
    return text.split(between) if between else None


def _number(text: str, form: re.Pattern[str], of: Callable[[str], Any]) -> Any:
    bare = AROUND.sub("", text)
    return of(bare) if form.fullmatch(bare) else None


def _least_or_most(pick: Callable[..., Any], numbers: tuple[Any, ...]) -> Any:
    return float(pick(numbers)) if any(isinstance(number, float) for number in numbers) else pick(numbers)


OPERATORS: Mapping[str, Callable[..., Any]] = {
    "not": operator.not_,
    "neg": operator.neg,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda item, items: item in items,
    "in_text": lambda part, text: part in text,
    "concat": lambda left, right: spelled(left) + spelled(right),
}

CALLS: Mapping[str, Callable[..., Any]] = {
    "words": lambda text: len(WORD.findall(text)),
    "characters": len,
    "lines": lambda text: text.split("\n"),
    "split": _parts,
    "lower": str.lower,
    "upper": str.upper,
    "strip": lambda text: AROUND.sub("", text),
    "contains": lambda text, part: part in text,
    "starts_with": str.startswith,
    "ends_with": str.endswith,
    "replace": lambda text, old, new: text.replace(old, new) if old else None,
    "int": lambda text: _number(text, WHOLE, int),
    "float": lambda text: _number(text, DIGITS, float),
    "count": len,
    "join": lambda items, between: between.join(items),
    "first": lambda items: items[0],
    "last": lambda items: items[-1],
    "unique": _unique,
    "sum": sum,
    "mean": lambda items: sum(items) / len(items),
    "min": lambda *numbers: _least_or_most(min, numbers),
    "max": lambda *numbers: _least_or_most(max, numbers),
    "abs": abs,
    "round": _round,
    "floor": math.floor,
    "ceil": math.ceil,
    "log": math.log,
    "exp": math.exp,
    "sqrt": math.sqrt,
    "date": lambda text: dt.date.fromisoformat(text) if ISO_DATE.fullmatch(text) else None,
    "year": lambda day: day.year,
    "month": lambda day: day.month,
    "day": lambda day: day.day,
    "weekday": dt.date.isoweekday,
    "days": lambda start, end: (end - start).days,
}
"""All of the library but what the run alone works out."""

AT_RUN = frozenset({"logprob", "language", "matches", "extract"})
"""Functions that rest on a model, or on an engine for regular expressions that takes the same time whatever they say: the run has it, Python not."""
