"""`take 20k`: keeps the first rows and stops the asking before it."""

from __future__ import annotations

from synthc.compiler.catalog.step import Marks, Outcome, StepCall, StepEntry


def apply(call: StepCall) -> Outcome | None:
    """Read the number."""
    amount = call.amount()
    return None if amount is None else Outcome(columns=call.columns, settings=amount)


STEP = StepEntry(
    usage="take N", help="keeps the first N rows and stops what comes before", marks=Marks.DROPS | Marks.LOOKS_ACROSS, apply=apply
)
