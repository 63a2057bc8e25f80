"""What the compiler knows and the text doesn't say: columns, labels and rows behind steps, beside the text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from synthc.compiler.estimate import Amount
from synthc.compiler.graph import Privacy
from synthc.compiler.privacy import Flow
from synthc.compiler.program import Thing
from synthc.compiler.scope import Scope
from synthc.compiler.types import UNKNOWN, Type
from synthc.dsl import syntax
from synthc.lsp import cards
from synthc.lsp.estimate import said
from synthc.lsp.view import View


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """A few words shown behind a place, and more of them when the cursor rests on it."""

    offset: int
    text: str
    more: str


def hints(view: View, start: int, end: int) -> Iterator[Hint]:
    """Yield the hints of a stretch of a file."""
    for item in view.items:
        if isinstance(item, syntax.Declaration) and item.span.start <= end and item.span.end >= start and view.scope is not None:
            thing = view.thing(view.scope, item)
            if thing is not None:
                yield from _declared(view, item, thing)
                yield from _steps(view, item, thing, _came_in(view.scope, item))


def _declared(view: View, item: syntax.Declaration, thing: Thing) -> Iterator[Hint]:
    """Yield the label of what isn't public, and the rows of what has no steps to show them at."""
    label = thing.flow.label.value if thing.flow.label is not Privacy.PUBLIC and item.visibility is None else ""
    rows = "" if item.steps else _rows(view.estimates.rows.get(thing.name) if thing.thing == "rows" else None)
    if label or rows:
        text = ", ".join(part for part in (label, rows) if part)
        yield Hint(offset=item.name.span.end, text=text, more=cards.label(thing.flow))


def _came_in(scope: Scope, item: syntax.Declaration) -> Mapping[str, Type]:
    """Return the columns before the first step; those of a grid stand in the text."""
    value = item.value
    if isinstance(value, syntax.Call):
        return {one.name.name: UNKNOWN for one in value.arguments if one.name is not None}
    found = scope.find(value) if isinstance(value, syntax.Name | syntax.Field) else None
    thing = scope.program.thing(*found) if found is not None else None
    return thing.columns if thing is not None else {}


def _steps(view: View, item: syntax.Declaration, thing: Thing, before: Mapping[str, Type]) -> Iterator[Hint]:
    if len(item.steps) != len(thing.after):
        return
    amounts = view.estimates.steps.get(thing.name, ())
    rows = ""
    for at, (step, after) in enumerate(zip(item.steps, thing.after, strict=True)):
        amount = amounts[at] if len(amounts) == len(item.steps) else None
        parts = [_columns(before, after.columns)]
        if _rows(amount) != rows:
            rows = _rows(amount)
            parts.append(rows)
        text = ", ".join(part for part in parts if part)
        if text:
            yield Hint(offset=step.span.end, text=text, more=_more(after.columns, after.flow, amount))
        before = after.columns


def _columns(before: Mapping[str, Type], after: Mapping[str, Type]) -> str:
    """Return the columns that a step made or changed."""
    return ", ".join(f"{name}: {_brief(of)}" for name, of in after.items() if name not in before or before[name] not in {of, UNKNOWN})


def _brief(of: Type) -> str:
    text = str(of.content)
    return text if len(text) <= 40 else f"{of.content.kind}"


def _rows(rows: Amount | None) -> str:
    return f"{said(rows)} rows" if said(rows) else ""


def _more(columns: Mapping[str, Type], flow: Flow, rows: Amount | None) -> str:
    return cards.behind(columns, flow, rows)
