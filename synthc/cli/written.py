"""Literals and expressions of a graph, written about as an author would."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

SPOKEN = {"in_text": "in", "concat": "+"}


def literal(value: Any) -> str:
    """Return a literal.

    >>> literal(["a", True, {"age": 3}])
    '["a", true, record(age = 3)]'
    """
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return "record(" + ", ".join(f"{name} = {literal(item)}" for name, item in value.items()) + ")"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(literal(item) for item in value) + "]"
    return "none" if value is None else str(value)


def written(expression: Mapping[str, Any]) -> str:
    """Return an expression, with brackets around what stands within another operator.

    >>> written({"op": ">=", "args": [{"call": "count", "args": [{"column": "answer"}]}, {"value": 2}]})
    'count(answer) >= 2'
    """
    if "value" in expression:
        return literal(expression["value"])
    if "column" in expression:
        return str(expression["column"])
    if "op" in expression:
        return _operation(SPOKEN.get(expression["op"], expression["op"]), [_inner(side) for side in expression["args"]])
    if "field" in expression:
        return f"{_inner(expression['of'])}.{expression['field']}"
    if "method" in expression:
        return f"{_inner(expression['of'])}.{expression['method']}({_listed(expression['args'])})"
    if "range" in expression:
        return "..".join(written(end) for end in expression["range"])
    if "list" in expression:
        return f"[{_listed(expression['list'])}]"
    if "record" in expression:
        return "record(" + ", ".join(f"{name} = {written(item)}" for name, item in expression["record"].items()) + ")"
    if "call" in expression:
        return f"{expression['call']}({_listed(expression['args'])})"
    return json.dumps(expression)


def _inner(expression: Mapping[str, Any]) -> str:
    return f"({written(expression)})" if "op" in expression else written(expression)


def _listed(expressions: list[Mapping[str, Any]]) -> str:
    return ", ".join(written(item) for item in expressions)


def _operation(operator: str, sides: list[str]) -> str:
    if len(sides) == 1:
        return f"-{sides[0]}" if operator == "neg" else f"{operator} {sides[0]}"
    return f" {operator} ".join(sides)
