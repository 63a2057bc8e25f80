"""An `ask` step in a rehearsal: a few rows are asked about, and what all would take follows."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from synthc.compiler.graph import Step
from synthc.runtime.answers.asking import asked
from synthc.runtime.endpoints.base import Reply
from synthc.runtime.endpoints.calling import derive_seed
from synthc.runtime.rehearsal.answering import Answering
from synthc.runtime.rehearsal.sample import Sample
from synthc.runtime.rows import ID
from synthc.runtime.schema import answer_type
from synthc.runtime.steps.ask import prompt_print, render, request

FIRST = 16
"""Rows whose answers start the workers of the bundled model, so that their time is none of its pace."""
TOGETHER = 64
"""Rows that are asked about at once, as a run does."""
GOLDEN = 0.6180339887


class NoAnswer(Exception):
    """Nobody here knows an answer."""


async def rehearsed_ask(sample: Sample, step: Step, answering: Answering, seed: int) -> Sample:
    """Return the rows with answers, or without them where nobody knows any, and what asking about all takes."""
    sample = sample.cut(answering.rows)
    questions = render(sample.frame, step.settings)
    rows = list(zip(sample.frame[ID], questions, strict=True))
    answers = await _answers(rows, answering, seed)
    sample = sample.only(sorted(answers))
    known = [(place, fields) for place, index in enumerate(sorted(answers)) if (fields := answers[index]) is not None]
    taken = {
        "requests": answering.requests * sample.scale,
        "tokens_in": answering.tokens_in * sample.scale,
        "tokens_out": answering.tokens_out * sample.scale,
    }
    if not known:
        return replace(sample, taken=taken)
    column = pl.Series(step.settings["name"], [fields for _, fields in known], dtype=answer_type(step.settings["prompt"]["answer"]))
    return replace(sample.behind(sample.frame[[place for place, _ in known]].with_columns(column)), taken=taken)


async def _answers(rows: Sequence[tuple[str, Mapping[str, Any]]], answering: Answering, seed: int) -> dict[int, Mapping[str, Any] | None]:
    """Return the answers about rows from all over, until there is no more time; the first ones are not part of the pace."""
    # Neighbours are alike, so that those that were asked about when time is over must not be the first.
    order = sorted(range(len(rows)), key=lambda place: place * GOLDEN % 1)
    found = dict(zip(order[:FIRST], await _all([rows[place] for place in order[:FIRST]], answering, seed), strict=True))
    answering.asked, started = 0, time.monotonic()
    for start in range(FIRST, len(order), TOGETHER):
        if time.monotonic() - started > answering.patience:
            break
        places = order[start : start + TOGETHER]
        found |= dict(zip(places, await _all([rows[place] for place in places], answering, seed), strict=True))
    answering.seconds = time.monotonic() - started
    return found


async def _all(rows: Sequence[tuple[str, Mapping[str, Any]]], answering: Answering, seed: int) -> list[Mapping[str, Any] | None]:
    return list(await asyncio.gather(*(_one(row, question, answering, seed) for row, question in rows)))


async def _one(row: str, question: Mapping[str, Any], answering: Answering, seed: int) -> Mapping[str, Any] | None:
    prompt = answering.prompt
    if question["problem"] is not None:
        return None

    async def ask(attempt: int) -> Reply:
        drawn = derive_seed(seed, prompt_print(prompt), row, attempt) if prompt["temperature"] > 0 else None
        reply = await answering.ask(request(prompt, question, drawn))
        if reply is None:
            raise NoAnswer
        return reply

    try:
        return (await asked(prompt, ask)).fields
    except NoAnswer:
        return None
