"""`sample 5k`, `sample 20%`: draws rows without replacement and keeps their order."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from synthc.compiler.catalog.step import Marks, Outcome, StepCall, StepEntry
from synthc.compiler.catalog.values import Expression, Said, Settings, Words
from synthc.compiler.check.references import named
from synthc.compiler.graph import Privacy
from synthc.compiler.privacy import PUBLIC, private_flow
from synthc.compiler.program import Thing
from synthc.compiler.suggest import guess
from synthc.compiler.types import accepts
from synthc.compiler.wording import a
from synthc.dsl.diagnostic import error


class Sample(Settings):
    """Whether rows are drawn alike, or so that the values of a column have the shares that a measure found.

    Of a value with few rows all are drawn, and the sample is smaller then. Rows with a value that was not measured are left out.
    """

    weigh: Annotated[Expression, Said("name of a measure")] = Field(None, description="The measure whose shares the rows follow; all rows are alike if left out.")
    column: Words | None = Field(None, description="The column whose values were measured; the one of that name in the private rows if left out.")


def apply(call: StepCall) -> Outcome | None:
    """Read the number, and what weighs the rows."""
    amount = call.amount()
    settings = call.settings(Sample) if call.step.settings is not None else Sample()
    if amount is None or settings is None:
        return None
    if settings.weigh is None:
        if settings.column is not None:
            call.scope.report(error("useless-setting", "`column` has no effect without `weigh`", call.step.span, help="remove it"))
            return None
        return Outcome(columns=call.columns, settings=amount)
    measure = named(settings.weigh, ("rows",), call.scope, settings.weigh.span)
    if measure is None:
        return None
    if measure.flow.label is Privacy.PRIVATE:
        flow = measure.flow.through(settings.weigh.span, f"`{measure.name}` weighs rows here")
        call.scope.report(private_flow(flow, settings.weigh.span, "a choice among rows", "weigh by what a `measure` found, under a mechanism"))
        return None
    if measure.kind != "measure":
        call.scope.report(error("wrong-kind", f"a sample is weighed by a measure, and `{measure.name}` is {a(measure.kind)}", settings.weigh.span))
        return None
    column = settings.column or str(measure.settings["column"])
    if not _fits(call, column, measure, settings.weigh):
        return None
    return Outcome(
        columns=call.columns,
        settings={**amount, "weigh": {"node": measure.name}, "column": column},
        flow=measure.flow.through(settings.weigh.span, f"`{measure.name}` weighs rows here") if measure.flow != PUBLIC else PUBLIC,
        inputs=(measure.name,),
    )


def _fits(call: StepCall, column: str, measure: Thing, written: Any) -> bool:
    """Tell whether rows have the column whose values were measured, after reporting that they do not."""
    of, wanted = call.columns.get(column), measure.columns["value"]
    if of is None:
        help_, fix = guess(column, call.columns, written.span)
        has = "their columns are " + ", ".join(f"`{name}`" for name in call.columns) + "; say `column = NAME`"
        call.scope.report(error("unknown-column", f"`{measure.name}` is of `{measure.settings['column']}`, and these rows have no column `{column}`", written.span, help=help_ or has, fix=fix))
        return False
    if of.kind == "answer" or not (accepts(wanted, of) or accepts(of, wanted)):
        call.scope.report(error("wrong-type", f"`{column}` is {of}, and `{measure.name}` has values of {wanted}", written.span))
        return False
    return True


STEP = StepEntry(
    usage="sample N",
    help="draws N rows, or a share of them, without replacement, and keeps their order; by the shares of a measure if wanted",
    marks=Marks.DROPS | Marks.LOOKS_ACROSS,
    apply=apply,
    settings=Sample,
    amounts=("a number of rows", "a share"),
)
