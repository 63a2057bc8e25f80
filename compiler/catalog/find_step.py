"""Finds a step by its verb: a built-in one by its file, any other by the entry point of another package."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from importlib.metadata import entry_points

from synthc.compiler.catalog.step import StepEntry
from synthc.compiler.catalog.steps import STEPS

GROUP = "synthc.steps"
"""Entry points of this group name a verb and lead to its `StepEntry`; its stage stands under `synthc.stages`."""


@lru_cache(maxsize=256)
def find_step(verb: str) -> StepEntry | None:
    """Return what the catalog says of a step, None if nobody has one of that name."""
    if verb in STEPS:
        built_in: StepEntry = import_module(f"synthc.compiler.catalog.steps.{verb}").STEP
        return built_in
    found = next(iter(entry_points(group=GROUP, name=verb)), None)
    if found is None:
        return None
    entry = found.load()
    assert isinstance(entry, StepEntry), f"the entry point `{verb}` of {GROUP} leads to no StepEntry"
    return entry
