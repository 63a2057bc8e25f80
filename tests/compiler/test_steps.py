"""What the catalog says of its steps holds together."""

from __future__ import annotations

from importlib import import_module

from synthc.compiler.catalog.step import Marks, StepEntry
from synthc.compiler.catalog.steps import ALONE, STEPS


def entry(verb: str) -> StepEntry:
    """Return a step of the catalog."""
    found: StepEntry = import_module(f"synthc.compiler.catalog.steps.{verb}").STEP
    return found


def test_steps_for_private_rows_look_at_one_row() -> None:
    """All that do but the question, which nothing private may reach."""
    assert set(ALONE) == {verb for verb in STEPS if Marks.LOOKS_ACROSS not in entry(verb).marks} - {"ask"}


def test_every_step_says_how_it_is_written() -> None:
    """In a line that begins with its name, and what it does in another."""
    for verb in STEPS:
        assert entry(verb).usage.split()[0] == verb
        assert entry(verb).help[0].islower()


def test_every_step_runs() -> None:
    """Each has a stage of the same name."""
    for verb in STEPS:
        assert callable(import_module(f"synthc.runtime.steps.{verb}").STAGE)
