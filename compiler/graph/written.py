"""Expressions of a graph, written as an author would."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

BINDS: Mapping[str, int] = {"or": 1, "and": 2, "not": 3, "in": 4, "in_text": 4, "==": 4, "!=": 4, "<": 4, "<=": 4, ">": 4, ">=": 4, "+": 5, "-": 5, "concat": 5, "*": 6, "/": 6, "neg": 7}
"""How strongly operators bind."""
SPOKEN = {"in_text": "in", "concat": "+", "neg": "-"}
COMPARES, TIGHTEST = 4, 9


def written(tree: Mapping[str, Any], around: int = 0) -> str:
    """Return an expression, in brackets where what stands around it binds more strongly.

    >>> written({"op": ">=", "args": [{"call": "count", "args": [{"column": "answer"}]}, {"value": 2}]})
    'count(answer) >= 2'
    >>> written({"op": "*", "args": [{"op": "+", "args": [{"value": 1}, {"value": 2}]}, {"value": 3}]})
    '(1 + 2) * 3'
    """
    if "value" in tree:
        return literal(tree["value"])
    if "column" in tree:
        return str(tree["column"])
    if "node" in tree:
        return str(tree["node"])
    if "op" in tree:
        return _operation(tree, around)
    if "call" in tree:
        return f"{tree['call']}({listed(tree['args'])})"
    if "method" in tree:
        return f"{written(tree['of'], TIGHTEST)}.{tree['method']}({listed(tree['args'])})"
    if "field" in tree:
        inner = written(tree["of"], TIGHTEST)
        return inner if tree["field"] == "value" else f"{inner}.{tree['field']}"
    if "list" in tree:
        return f"[{listed(tree['list'])}]"
    if "range" in tree:
        return "..".join(written(side, TIGHTEST) for side in tree["range"])
    if "record" in tree:
        return f"record({', '.join(f'{name} = {written(item)}' for name, item in tree['record'].items())})"
    return json.dumps(tree, ensure_ascii=False)


def listed(trees: Iterable[Mapping[str, Any]]) -> str:
    """Return expressions with commas between them."""
    return ", ".join(written(tree) for tree in trees)


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
        return f"record({', '.join(f'{name} = {literal(item)}' for name, item in value.items())})"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(literal, value))}]"
    return "none" if value is None else str(value)


def _operation(tree: Mapping[str, Any], around: int) -> str:
    operator, args = tree["op"], tree["args"]
    binds = BINDS.get(operator, 0)
    spoken = SPOKEN.get(operator, operator)
    if len(args) == 1:
        text = f"{spoken}{' ' if spoken.isalpha() else ''}{written(args[0], binds)}"
    else:
        text = f" {spoken} ".join(written(side, binds + (index > 0 or binds == COMPARES)) for index, side in enumerate(args))
    return f"({text})" if binds < around else text
