"""Steps and expressions of the graph as they could be written in a spec."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from synthc.compiler.graph import Node, Step

BINDS: Mapping[str, int] = {"or": 1, "and": 2, "not": 3, "in": 4, "in_text": 4, "==": 4, "!=": 4, "<": 4, "<=": 4, ">": 4, ">=": 4, "+": 5, "-": 5, "concat": 5, "*": 6, "/": 6, "neg": 7}
"""How strongly operators bind."""
WRITTEN = {"in_text": "in", "concat": "+", "neg": "-"}


def expression(tree: Any, around: int = 0) -> str:
    """Return the text of an expression in JSON.

    >>> expression({"op": ">=", "args": [{"call": "words", "args": [{"column": "text"}]}, {"value": 5}]})
    'words(text) >= 5'
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
        return f"{tree['call']}({_all(tree['args'])})"
    if "method" in tree:
        return f"{expression(tree['of'], 9)}.{tree['method']}({_all(tree['args'])})"
    if "field" in tree:
        inner = expression(tree["of"], 9)
        return inner if tree["field"] == "value" else f"{inner}.{tree['field']}"
    if "list" in tree:
        return f"[{_all(tree['list'])}]"
    if "range" in tree:
        return "..".join(expression(side, 9) for side in tree["range"])
    if "record" in tree:
        return f"record({', '.join(f'{name} = {expression(item)}' for name, item in tree['record'].items())})"
    return json.dumps(tree, ensure_ascii=False)


def literal(value: Any) -> str:
    """Return the text of a value."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "none"}[value]
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list):
        return f"[{', '.join(literal(item) for item in value)}]"
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{name} = {literal(item)}' for name, item in value.items())} }}"
    return json.dumps(value, ensure_ascii=False)


def step(of: Step) -> str:
    """Return the text of a step."""
    settings = of.settings
    match of.verb:
        case "where":
            return f"where {expression(settings['expr'])}"
        case "let":
            return f"let {settings['name']} = {expression(settings['expr'])}"
        case "ask":
            return f"ask {settings['name']} = {settings['prompt']['name']}({_all(settings['slots'].values())}) using {settings['endpoint']['node']}"
        case "dedup":
            near = "" if settings["near"] is None else f" {{ near = {literal(settings['near'])} }}"
            return f"dedup {_all(settings['by'])}{near}"
        case "chunk":
            return f"chunk {settings['column']} {_settings(settings, 'column')}"
        case "explode":
            return f"explode {settings['column']} as {settings['as']}"
        case "select":
            return f"select {', '.join(f'{name} = {expression(tree)}' for name, tree in settings['columns'].items())}"
        case "take" | "sample":
            return f"{of.verb} {_amount(settings)}"
        case "top":
            return f"top {_amount(settings)} by {expression(settings['by'])}"
    return f"{of.verb} {_settings(settings)}" if settings else of.verb


def head(node: Node) -> str:
    """Return the first line of a declaration: its kind, its name and what it reads."""
    settings = node.settings
    match node.kind:
        case "source":
            reader = settings["reader"]
            read = f"hub({literal(reader['repository'])})" if reader["kind"] == "hub" else f"files({_literals(reader.get('paths', []))})"
            return f"{settings['visibility']} source {node.name} = {read}"
        case "filter" | "transform" | "generate":
            origin = settings["from"]["node"] if "from" in settings else f"grid({', '.join(settings['grid'])})"
            return f"{node.kind} {node.name} = {origin}"
        case "mix":
            return f"mix {node.name} = {' + '.join(_part(part) for part in settings['parts'])}"
        case "vocab":
            return f"vocab {node.name} = {settings['kind']}({', '.join(of['node'] for of in settings['from'])})"
        case "model":
            return f"model {node.name} = {settings['kind']}({settings['vocab']['node']})"
        case "pretrain":
            return f"pretrain {node.name} = {settings['model']['node']} on {settings['rows']['node']}"
        case "federate":
            return f"federate {node.name} = {settings['model']['node']} over {settings['users']['node']}"
        case "evaluate":
            part = "" if settings["part"] is None else f".{settings['part']}"
            return f"evaluate {node.name} = {settings['metric']}({', '.join(of['node'] for of in settings['models'])}) over {settings['rows']['node']}{part}"
    return f"{node.kind} {node.name}"


def _part(part: Mapping[str, Any]) -> str:
    return f"{part['share'] * 100:.4g}% {part['name']}"


def _operation(tree: Mapping[str, Any], around: int) -> str:
    operator, args = tree["op"], tree["args"]
    binds = BINDS.get(operator, 0)
    written = WRITTEN.get(operator, operator)
    if len(args) == 1:
        text = f"{written}{' ' if written.isalpha() else ''}{expression(args[0], binds)}"
    else:
        text = f" {written} ".join(expression(side, binds + index) for index, side in enumerate(args))
    return f"({text})" if binds < around else text


def _all(trees: Any) -> str:
    return ", ".join(expression(tree) for tree in trees)


def _literals(values: Any) -> str:
    return ", ".join(literal(value) for value in values)


def _amount(settings: Mapping[str, Any]) -> str:
    return str(settings["count"]) if "count" in settings else f"{settings['share'] * 100:.4g}%"


def _settings(settings: Mapping[str, Any], *without: str) -> str:
    shown = {name: value for name, value in settings.items() if name not in without}
    return f"{{ {', '.join(f'{name} = {literal(value)}' for name, value in shown.items())} }}"
