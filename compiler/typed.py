"""An expression that was checked, and how those of its parts are put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from synthc.compiler.privacy import PUBLIC, Flow, join
from synthc.compiler.types import UNKNOWN, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """An expression that was checked: its type, its JSON, what label it carries, what it read."""

    type: Type
    json: Any = None
    flow: Flow = PUBLIC
    inputs: tuple[str, ...] = ()


MISTAKE = Typed(type=UNKNOWN)


def content(typed: Typed) -> Typed:
    """Return what an answer holds; any other expression itself."""
    if typed.type.kind != "answer":
        return typed
    return like(typed, typed.type.content, {"field": "value", "of": typed.json})


def like(of: Typed, type_: Type, json: Any) -> Typed:
    """Return what is read of an expression: its label and its inputs are the same."""
    return Typed(type=type_, json=json, flow=of.flow, inputs=of.inputs)


def joined(type_: Type, json: Any, *parts: Typed) -> Typed:
    """Return what is made of parts: the highest label of theirs, and a mistake if one is."""
    if any(part.type == UNKNOWN for part in parts):
        return MISTAKE
    inputs = tuple(name for part in parts for name in part.inputs)
    return Typed(type=type_, json=json, flow=join(*(part.flow for part in parts)), inputs=inputs)


def made(operator: str, type_: Type, left: Typed, right: Typed) -> Typed:
    """Return an operator between two."""
    return joined(type_, {"op": operator, "args": [left.json, right.json]}, left, right)
