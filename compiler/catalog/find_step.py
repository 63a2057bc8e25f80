"""Finds a step by its verb: a built-in one by its file, any other by the entry point of another package."""

from __future__ import annotations

from synthc.compiler.catalog.door import Door
from synthc.compiler.catalog.step import StepEntry
from synthc.compiler.catalog.steps import STEPS

STEPS_DOOR = Door(group="synthc.steps", of=StepEntry, built_in={verb: f"synthc.compiler.catalog.steps.{verb}:STEP" for verb in STEPS})
"""Entry points of this group name a verb and lead to its `StepEntry`; its stage stands under `synthc.stages`."""


def find_step(verb: str) -> StepEntry | None:
    """Return what the catalog says of a step, None if nobody has one of that name."""
    return STEPS_DOOR.find(verb)
