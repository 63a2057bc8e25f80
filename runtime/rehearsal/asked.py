"""An `ask` step in a rehearsal: a few rows are asked about, and what all would take follows."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from synthc.compiler.graph import Step
from synthc.runtime.answers.asking import asked
from synthc.runtime.endpoints.base import Reply
from synthc.runtime.endpoints.calling import derive_seed
from synthc.runtime.rehearsal.answering import TOGETHER, Answering
from synthc.runtime.rehearsal.sample import Sample
from synthc.runtime.rows import ID
from synthc.runtime.schema import answer_type
from synthc.runtime.steps.ask import prompt_print, render, request

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
    """Return the answers about rows from all over, until there is no more time; it is counted from the first round of answers on."""
    # Neighbours are alike, so that those that were asked about when time is over must not be the first.
    order = sorted(range(len(rows)), key=lambda place: place * GOLDEN % 1)
    found: dict[int, Mapping[str, Any] | None] = {}
    places, until = asyncio.Semaphore(TOGETHER), math.inf

    async def one(place: int) -> None:
        nonlocal until
        async with places:
            if time.monotonic() > until:
                return
            found[place] = await _one(*rows[place], answering, seed)
            if len(found) == TOGETHER:
                until = time.monotonic() + answering.patience

    await asyncio.gather(*map(one, order))
    return found


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
        answer = await asked(prompt, ask)
    except NoAnswer:
        return None
    answering.asked += 1
    if answer.fields is None:
        answering.unread[answer.reason or ""] += 1
    return answer.fields
