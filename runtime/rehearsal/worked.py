"""A step that asks nobody, carried out on a sample by what carries it out in a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Never

import polars as pl

from synthc.compiler.graph import Step
from synthc.runtime.context import Context
from synthc.runtime.errors import RunError
from synthc.runtime.rehearsal.cells import cells
from synthc.runtime.rehearsal.sample import Sample
from synthc.runtime.setaside import SetAside
from synthc.runtime.steps.find_stage import find_stage
from synthc.runtime.steps.stage import Around, Count, Frames

DROPS = frozenset({"where", "dedup", "decontaminate", "spread"})
UNREADABLE = (pl.exceptions.PolarsError, KeyError, AssertionError, RunError, OSError)
"""What a step raises that reads an answer or a model which is not there yet."""


def beginning(context: Context, samples: Mapping[str, Sample]) -> tuple[Sample, tuple[Step, ...]]:
    """Return the rows that a node begins with, and the steps that are left."""
    node = context.node
    return (samples[node.settings["from"]["node"]], node.steps) if "from" in node.settings else cells(context)


async def worked(sample: Sample, step: Step, context: Context) -> Sample:
    """Return the rows behind a step; where it reads what nobody knows yet, as many as may be."""
    count = step.settings.get("count") if step.verb in {"take", "sample", "top"} else None
    try:
        if count is None:
            kept = await _carried(sample.frame, step, context)
            if step.verb != "dedup":
                return sample.behind(kept)
            half, quarter = [len(await _carried(sample.frame[::every], step, context)) for every in (2, 4)]
            return sample.distinct(kept, half, quarter)
        if step.verb != "top" or sample.total <= count:
            return sample.at_most(count)
        fewer = replace(step, settings={**step.settings, "count": max(1, round(count / sample.scale))})
        kept = await _carried(sample.frame, fewer, context)
        return replace(sample, frame=kept, scale=count / max(1, len(kept)), variance=0.0)
    except UNREADABLE:
        return _unread(sample, step)


def _unread(sample: Sample, step: Step) -> Sample:
    """Return the rows behind a step that could not be carried out.

    Raises:
        KeyError: nothing is known of how many there are.
    """
    if step.verb == "top" and "share" in step.settings:
        return sample.cut(max(1, round(len(sample.frame) * step.settings["share"]))).standing_for(sample.total * step.settings["share"])
    if step.verb == "top":
        return sample.at_most(step.settings["count"])
    if step.verb in DROPS:
        return replace(sample, guessed=True)
    raise KeyError(step.verb)


async def _carried(frame: pl.DataFrame, step: Step, context: Context) -> pl.DataFrame:
    aside = SetAside(path=context.folder / "failures.jsonl", allowed=1.0, place=step.place, name=context.node.name, private=False)
    around = Around(step=step, count=Count(verb=step.verb), seed=context.seed, aside=aside, caller=None, score=_no_score, rows=context.rows)
    parts = [part async for part in find_stage(step)(_frames(frame), around)]
    return pl.concat(parts) if parts else frame.clear()


async def _frames(frame: pl.DataFrame) -> Frames:
    for part in frame.iter_slices(2048):
        yield part


def _no_score(name: str, texts: object) -> Never:
    """Refuse: the model of a plan is not trained yet."""
    del texts
    raise KeyError(name)
