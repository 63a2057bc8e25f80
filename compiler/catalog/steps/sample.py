"""`sample 5k`, `sample 20%`: draws rows without replacement and keeps their order."""

from __future__ import annotations

from synthc.compiler.catalog.step import Marks, StepEntry
from synthc.compiler.catalog.steps.take import apply

STEP = StepEntry(
    usage="sample N",
    help="draws N rows, or a share of them, without replacement, and keeps their order",
    marks=Marks.DROPS | Marks.LOOKS_ACROSS,
    apply=apply,
    amounts=("a number of rows", "a share"),
)
