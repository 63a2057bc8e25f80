"""Steps, declarations and settings of the graph as they could be written in a spec."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synthc.compiler.graph import Node, Step
from synthc.compiler.graph.written import listed, literal, written


def setting(value: Any) -> str:
    """Return the value of a setting: a record in braces, a number with the digits that matter.

    >>> setting({"test": 0.1, "by": [{"node": "web"}]})
    '{ test = 0.1, by = [web] }'
    """
    if isinstance(value, Mapping) and set(value) == {"node"}:
        return str(value["node"])
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{name} = {setting(item)}' for name, item in value.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(setting, value))}]"
    return f"{value:.6g}" if isinstance(value, float) else literal(value)


def step(of: Step) -> str:
    """Return the text of a step."""
    settings = of.settings
    match of.verb:
        case "where":
            return f"where {written(settings['expr'])}"
        case "let":
            return f"let {settings['name']} = {written(settings['expr'])}"
        case "ask":
            return f"ask {settings['name']} = {settings['prompt']['name']}({listed(settings['slots'].values())}) using {settings['endpoint']['node']}"
        case "dedup":
            near = "" if settings["near"] is None else f" {{ near = {setting(settings['near'])} }}"
            return f"dedup {listed(settings['by'])}{near}"
        case "chunk":
            return f"chunk {settings['column']} {_settings(settings, 'column')}"
        case "redact":
            mark = "" if settings["mark"] is None else f", mark = {literal(settings['mark'])}"
            return f"redact {settings['column']} {{ kinds = [{', '.join(settings['kinds'])}]{mark} }}"
        case "decontaminate":
            return f"decontaminate {settings['of']} from {settings['from']['node']} {_settings(settings, 'of', 'from')}"
        case "repeat":
            return f"repeat {_amount(settings)}" if settings["as"] is None else f"repeat {_amount(settings)} as {settings['as']}"
        case "explode":
            return f"explode {settings['column']} as {settings['as']}"
        case "select":
            return f"select {', '.join(f'{name} = {written(tree)}' for name, tree in settings['columns'].items())}"
        case "take" | "sample":
            weighed = f" {{ weigh = {settings['weigh']['node']}, column = {literal(settings['column'])} }}" if "weigh" in settings else ""
            return f"{of.verb} {_amount(settings)}{weighed}"
        case "top" | "spread":
            return f"{of.verb} {_amount(settings)} by {written(settings['by'])}"
    return f"{of.verb} {_settings(settings)}" if settings else of.verb


def _read(reader: Mapping[str, Any]) -> str:
    """Return what a source reads; of a kind that another package adds, all that is said of it."""
    if reader["kind"] == "hub":
        return f"hub({literal(reader['repository'])})"
    if reader["kind"] == "files":
        return f"files({_literals(reader.get('paths', []))})"
    said = ", ".join(f"{name} = {literal(value)}" for name, value in reader.items() if name != "kind" and value is not None)
    return f"{reader['kind']}({said})"


def head(node: Node) -> str:
    """Return the first line of a declaration: its kind, its name and what it reads."""
    settings = node.settings
    match node.kind:
        case "source":
            reader = settings["reader"]
            read = _read(reader)
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
        case "measure":
            return f"measure {node.name} = {settings['statistic']}({settings['column']}) over {settings['users']['node']}"
        case "evaluate":
            part = "" if settings["part"] is None else f".{settings['part']}"
            return f"evaluate {node.name} = {settings['metric']}({', '.join(of['node'] for of in settings['models'])}) over {settings['rows']['node']}{part}"
    return f"{node.kind} {node.name}"


def _part(part: Mapping[str, Any]) -> str:
    return f"{part['share'] * 100:.4g}% {part['name']}"


def _literals(values: Any) -> str:
    return ", ".join(literal(value) for value in values)


def _amount(settings: Mapping[str, Any]) -> str:
    return str(settings["count"]) if "count" in settings else f"{settings['share'] * 100:.4g}%"


def _settings(settings: Mapping[str, Any], *without: str) -> str:
    return setting({name: value for name, value in settings.items() if name not in without})
