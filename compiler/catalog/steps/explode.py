"""`explode turns as text`: one row for each item of a list."""

from __future__ import annotations

from synthc.compiler.catalog.step import Marks, Outcome, StepCall, StepEntry
from synthc.dsl.diagnostic import error


def apply(call: StepCall) -> Outcome | None:
    """Replace the list by its items."""
    written = call.only
    column = call.name(written)
    name = column if call.clause("as") is None else call.name(call.clause("as"))
    if written is None or column is None or name is None:
        return call.wrong()
    typed = call.expressions.check(written)
    if typed.json is None:
        return None
    of = typed.type.content
    if of.kind != "list" or of.of is None:
        call.scope.report(error("wrong-type", f"`explode` wants a list, and `{column}` is {typed.type}", written.span))
        return None
    columns = {key: type_ for key, type_ in call.columns.items() if key != column}
    return Outcome(columns={**columns, name: of.of}, settings={"column": column, "as": name})


STEP = StepEntry(
    usage="explode LIST as NAME",
    help="makes one row of each item of a list",
    marks=Marks.MULTIPLIES | Marks.CHANGES,
    apply=apply,
    clauses=("as",),
)
