"""`shuffle`: puts the rows into an order drawn by the seed."""

from __future__ import annotations

from synthc.compiler.catalog.step import Marks, Outcome, StepCall, StepEntry


def apply(call: StepCall) -> Outcome | None:
    """Take no argument."""
    return call.wrong() if call.step.arguments else Outcome(columns=call.columns, settings={})


STEP = StepEntry(usage="shuffle", help="puts the rows into an order drawn by the seed", marks=Marks.LOOKS_ACROSS, apply=apply)
