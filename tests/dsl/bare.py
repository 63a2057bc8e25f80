"""Syntax without its places, to compare what two texts mean."""

from __future__ import annotations

from dataclasses import fields, is_dataclass

from synthc.dsl.parse import parse
from synthc.dsl.source import Source


def source(text: str) -> Source:
    """Return a source to test with."""
    return Source(path="test.synth", text=text)


def bare(value: object) -> object:
    """Return a syntax tree as nested tuples, spans left out."""
    if isinstance(value, tuple):
        return tuple(bare(each) for each in value)
    if is_dataclass(value):
        kept = [each.name for each in fields(value) if each.name not in {"span", "source", "comments"}]
        return (type(value).__name__, *(bare(getattr(value, name)) for name in kept))
    return value


def meaning(text: str) -> object:
    """Return all items of a text that parses, without their places."""
    module, found = parse(source(text))
    assert [finding for finding in found if finding.rule != "missing-edition"] == []
    return bare(module.items)
