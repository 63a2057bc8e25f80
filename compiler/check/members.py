"""The members of a pool: declared endpoints, each once, that ask for the same model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from synthc.compiler.check.references import named
from synthc.compiler.evaluate import NotConstant
from synthc.compiler.program import Thing
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Label, error


def members_of(written: syntax.Expression, scope: Scope) -> tuple[Thing, ...]:
    """Return the members that a list names.

    Raises:
        NotConstant: they make no pool, which has been reported.
    """
    if not isinstance(written, syntax.ListOf) or len(written.items) < 2:
        scope.report(error("wrong-value", "a pool is a list of two endpoints or more, such as `pool([near, far])`", written.span))
        raise NotConstant
    if not scope.all_once([(item.span.text, item.span) for item in written.items], "in this pool"):
        raise NotConstant
    found = [named(item, ("endpoint",), scope, item.span) for item in written.items]
    members = tuple(thing for thing in found if thing is not None)
    if len(members) < len(found) or not _plain(members, written, scope) or not _alike(members, written, scope):
        raise NotConstant
    return members


def _plain(members: Sequence[Thing], written: syntax.ListOf, scope: Scope) -> bool:
    for item, member in zip(written.items, members, strict=True):
        if member.settings["kind"] == "pool":
            scope.report(error("wrong-kind", f"`{member.name}` is a pool itself", item.span, help="name its members here"))
            return False
    return True


def _alike(members: Sequence[Thing], written: syntax.ListOf, scope: Scope) -> bool:
    """Tell whether no two members ask for models of different names; which model a server has shows at run."""
    said = [(item, member, _model(member)) for item, member in zip(written.items, members, strict=True) if _model(member) is not None]
    for item, member, model in said[1:]:
        first, other = said[0][1], said[0][2]
        if model != other:
            labels = (Label(span=first.span, text=f"this is {other}"), Label(span=member.span, text=f"this is {model}"))
            scope.report(error("wrong-value", f"`{first.name}` and `{member.name}` have different models", item.span, labels=labels, help="a pool is of one model; ask the other in a step of its own"))
            return False
    return True


def _model(member: Thing) -> str | None:
    said = member.settings.get("model")
    name = said.get("text") if isinstance(said, Mapping) else said
    return None if name is None or "://" in name else str(name)


def limits_of(settings: Mapping[str, Any], members: Sequence[Thing]) -> dict[str, Any]:
    """Return how much a pool takes at once: what is said, else as much as its members together."""
    return {"concurrency": settings["concurrency"] or sum(member.settings["concurrency"] for member in members)}
