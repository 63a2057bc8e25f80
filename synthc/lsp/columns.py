"""Which columns an expression at the cursor may read; also in an item that doesn't parse, from its steps so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from synthc.compiler.check.messages import ANSWER_FORMAT
from synthc.compiler.check.types import read_type
from synthc.compiler.resolve import WITH_STEPS
from synthc.compiler.scope import Scope
from synthc.compiler.types import TEXT, Type
from synthc.dsl import syntax
from synthc.dsl.items import Cut
from synthc.dsl.parse import parse_item
from synthc.lsp.context import Place
from synthc.lsp.names import found
from synthc.lsp.view import View


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The columns at a place, and answers among them that may have failed; `known` is false where a mistake hides them."""

    types: Mapping[str, Type] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()
    known: bool = True


def columns(view: View, place: Place) -> Columns:
    """Return the columns at a place."""
    if view.scope is None or place.cut is None:
        return Columns()
    if place.kind == "prompt":
        return Columns(types=_slots(view.scope, view, place.cut))
    if place.kind == "test":
        return Columns(types=_answer(view, place.cut))
    if place.kind not in WITH_STEPS:
        return Columns()
    return before(view, place.cut, [pipe.start for pipe in place.steps])


def before(view: View, cut: Cut, pipes: list[int]) -> Columns:
    """Return the columns before the last of some steps; what is wrong in one is as if it weren't there."""
    for count in range(len(pipes), 0, -1):
        item, _ = parse_item(view.source, replace(cut, end=pipes[count - 1]))
        if not isinstance(item, syntax.Declaration) or view.scope is None:
            continue
        thing = view.scope.program.tried(view.scope, item)
        if thing is not None:
            return Columns(types=thing.columns, kept=thing.kept, known=count == len(pipes))
    return Columns(known=False)


def _slots(scope: Scope, view: View, cut: Cut) -> dict[str, Type]:
    """Return the slots of a prompt, read from its first line alone."""
    end = view.source.text.find("{", cut.head, cut.end)
    types: dict[str, Type] = {ANSWER_FORMAT: TEXT}
    while end >= 0:
        item, _ = parse_item(view.source, replace(cut, end=end))
        if isinstance(item, syntax.Prompt):
            read = scope.program.quietly(partial(_read, item, scope))
            return {name: of for name, of in read.items() if of is not None} | types
        end = view.source.text.find("{", end + 1, cut.end)
    return types


def _read(item: syntax.Prompt, scope: Scope) -> dict[str, Type | None]:
    return {slot.name.name: read_type(slot.type, scope) for slot in item.slots}


def _answer(view: View, cut: Cut) -> dict[str, Type]:
    about = next((item.name for item in view.outline if item.cut == cut), "")
    thing = found(view, tuple(about.split(".")))
    return {"answer": thing.type} if thing is not None and thing.type is not None else {}
