"""Finds what carries a step out: a built-in one by its file, any other by the entry point of another package."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from synthc.compiler.graph import Step
from synthc.runtime.door import carried_out
from synthc.runtime.steps.stage import Stage

GROUP = "synthc.stages"


def find_stage(step: Step) -> Stage:
    """Return the stage of a step.

    Raises:
        InputError: nobody here can carry it out; the graph was compiled where somebody could.
    """
    if (Path(__file__).parent / f"{step.verb}.py").is_file():
        built_in: Stage = import_module(f"synthc.runtime.steps.{step.verb}").STAGE
        return built_in
    stage: Stage = carried_out(GROUP, step.verb, step.place)
    return stage
