"""`dedup text`: keeps the first of rows that are equal in some columns, or nearly so."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from synthc.compiler.catalog.step import Marks, Outcome, StepCall, StepEntry
from synthc.compiler.catalog.values import Number, Settings
from synthc.compiler.privacy import join
from synthc.compiler.typed import content
from synthc.dsl.diagnostic import error


class Dedup(Settings):
    """`near` is the Jaccard similarity of word 5-grams from which two texts count as one."""

    near: Annotated[Number, Field(gt=0, lt=1)] | None = Field(None, description="The Jaccard similarity of word 5-grams from which two texts count as one; only equal ones do if left out.")


def apply(call: StepCall) -> Outcome | None:
    """Check what rows are compared by."""
    settings = call.settings(Dedup)
    if not call.step.arguments or any(argument.name for argument in call.step.arguments):
        return call.wrong()
    by = [content(call.expressions.check(argument.value)) for argument in call.step.arguments]
    if settings is None or any(typed.json is None for typed in by):
        return None
    if settings.near is not None and (len(by) != 1 or by[0].type.kind != "text"):
        call.scope.report(error("wrong-type", "near duplicates are found by one text", call.step.arguments[0].span))
        return None
    return Outcome(
        columns=call.columns,
        settings={"by": [typed.json for typed in by], "near": settings.near},
        flow=join(*(typed.flow for typed in by)),
        inputs=tuple(name for typed in by for name in typed.inputs),
    )


STEP = StepEntry(
    usage="dedup COLUMN { near = 0.8 }",
    help="keeps the first of equal or nearly equal rows",
    marks=Marks.DROPS | Marks.LOOKS_ACROSS,
    apply=apply,
    settings=Dedup,
)
