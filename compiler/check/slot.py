"""Values that are chosen among: a list, a range of whole numbers, or the distinct values of a column of some rows."""

from __future__ import annotations

from typing import Any

from synthc.compiler import constant
from synthc.compiler.constant import Interval, Made, type_of
from synthc.compiler.evaluate import Constants, NotConstant
from synthc.compiler.program import Thing
from synthc.compiler.scope import Scope
from synthc.compiler.suggest import guess
from synthc.compiler.types import INT, Type
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Edit, Fix, Safety, error


def slot(value: syntax.Expression, scope: Scope, things: list[Thing], what: str) -> tuple[Any, Type] | None:
    """Return the JSON of some values and the type of each, None after a report; rows that they come from are added to `things`."""
    if isinstance(value, syntax.Field) and scope.find(value) is None:
        found = scope.find(value.of) if isinstance(value.of, syntax.Name | syntax.Field) else None
        thing = found and scope.program.thing(*found)
        if thing and thing.thing == "rows":
            column = thing.columns.get(value.name.name)
            if column is None:
                help_, fix = guess(value.name.name, thing.columns, value.name.span)
                scope.report(error("unknown-column", f"`{thing.name}` has no column `{value.name.name}`", value.name.span, help=help_, fix=fix))
                return None
            things.append(thing)
            return {"column": [{"node": thing.name}, value.name.name]}, column
    try:
        values = Constants(scope=scope).evaluate(value)
    except NotConstant:
        return None
    if isinstance(values, Interval):
        whole = isinstance(values.low, int) and isinstance(values.high, int)
        if whole:
            return {"range": [values.low, values.high]}, INT
    type_ = type_of(values)
    if isinstance(values, list) and values and type_ is not None and type_.of is not None:
        return {"list": constant.to_json(values)}, type_.of
    scope.report(error("wrong-value", f"{what} takes a list, a range of whole numbers such as `0..23`, or a column of some rows", value.span, **_as_range(values, value)))
    return None


def _as_range(values: Any, value: syntax.Expression) -> dict[str, Any]:
    """Return the mend of a `range(0, 24)` as other languages have it, whose second end is not in it."""
    if not isinstance(values, Made) or values.name != "range" or values.named or not all(type(end) is int for end in values.positional):
        return {}
    low, high = {1: (0, *values.positional), 2: values.positional}.get(len(values.positional), (0, 0))
    if low >= high:
        return {}
    said = f"{low}..{high - 1}"
    return {"help": f"write `{said}`, both ends included", "fix": Fix(title=f"write `{said}`", edits=(Edit(span=value.span, text=said),), safety=Safety.UNSAFE)}
