"""What of a spec is used: read by something, named by `like`, tested, published."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from synthc.compiler.program import Program, Thing
from synthc.compiler.rules.entries import entry
from synthc.compiler.scope import Scope
from synthc.dsl import syntax

WORKS = frozenset({"filter", "transform", "generate", "mix", "vocab", "model", "pretrain", "federate", "measure", "evaluate"})
"""Kinds of declarations that do something; a file without any is there to be imported."""


def works(program: Program) -> bool:
    """Tell whether a spec does something itself."""
    return any(isinstance(item, syntax.Declaration) and item.kind.name in WORKS for item in program.main.syntax.items)


def ends(program: Program) -> bool:
    """Tell whether a spec says what it is for: what it judges or publishes."""
    items = program.main.syntax.items
    return any(isinstance(item, syntax.Publish) or (isinstance(item, syntax.Declaration) and item.kind.name == "evaluate") for item in items)


def unused(program: Program, *kinds: str) -> Iterator[syntax.Declaration]:
    """Yield the declarations of some kinds in the spec itself that nothing uses."""
    names = program.known(used)
    for item in program.main.syntax.items:
        if isinstance(item, syntax.Declaration) and item.kind.name in kinds and item.name.name not in names:
            yield item


def used(program: Program) -> frozenset[str]:
    """Return the names of all that something reads or speaks of."""
    found: set[str] = set()
    for thing in program.all_things():
        found.update(thing.inputs)
        found.update(_asked(thing))
    scope = program.scope(program.main)
    for item in scope.module.syntax.items:
        found.update(_named(item, scope))
    return frozenset(found)


def _asked(thing: Thing) -> Iterator[str]:
    """Yield the prompts that rows ask, and the endpoint that a prompt names."""
    for step in thing.steps:
        if step.verb == "ask":
            yield step.settings["prompt"]["name"]
    if thing.thing == "prompt" and thing.settings.get("endpoint") is not None:
        yield thing.settings["endpoint"].name


def _named(item: syntax.AnyItem, scope: Scope) -> Iterator[str]:
    """Yield what a `like` names, and what is tested or published."""
    if isinstance(item, syntax.Declaration):
        like = entry(item.settings, "like")
        references = [like.value] if like is not None else []
    else:
        references = [item.about] if isinstance(item, syntax.Test | syntax.Publish) else []
    for reference in references:
        found = scope.find(reference) if isinstance(reference, syntax.Name | syntax.Field) else None
        if found is not None:
            yield found[0].prefix + found[1].name.name


def mentions(program: Program) -> frozenset[str]:
    """Return all names that the spec itself says, an item's worked out once and again when it has changed."""
    scope = program.scope(program.main)
    items = scope.module.syntax.items
    return frozenset().union(*(program.once("names", item, scope, partial(_mentions, item)) for item in items))


def _mentions(item: syntax.AnyItem) -> frozenset[str]:
    return frozenset(piece.name for piece in syntax.walk(item) if isinstance(piece, syntax.Name))
