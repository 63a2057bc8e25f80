"""Asks an endpoint about each row; answers come back in row order whatever the concurrency."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator, Mapping
from itertools import groupby, islice
from typing import Any

import polars as pl

from synthc.compiler.graph.fingerprint import fingerprint
from synthc.runtime.answers import failed_answer
from synthc.runtime.answers.asking import Asked, Tally, asked
from synthc.runtime.endpoints.base import Message, Reply, Request
from synthc.runtime.endpoints.calling import derive_seed
from synthc.runtime.rows import ID
from synthc.runtime.schema import answer_type
from synthc.runtime.steps.expression import expression
from synthc.runtime.steps.prefixes import windows
from synthc.runtime.steps.stage import Around, Frames

Row = tuple[pl.DataFrame, int]
"""A frame and the index of a row in it."""
Waiting = tuple[Row, "asyncio.Task[Asked]"]

AHEAD, DEEP = 16, 2048
"""Rows in the queue for each request in flight, while they are not so many: those in flight stay busy though the first row waits for an answer that takes long."""
WINDOW = 2
"""Rows that are sent in an order of their own, for each request in flight."""
TOGETHER = 32
"""Answered rows that go on as one frame while others wait for their answers."""


TURNS = "turns"
"""The role of a message that stands for a list of them."""


async def STAGE(frames: Frames, around: Around) -> Frames:  # noqa: N802
    """Keep a bounded queue of questions in row order and give rows on as the first of them is answered."""
    assert around.caller is not None
    flying = around.caller.pace.most
    most = min(flying * AHEAD, max(DEEP, flying * 2 * WINDOW))
    together = min(TOGETHER, flying)
    seeds_of = prompt_print(around.settings["prompt"])
    waiting: deque[Waiting] = deque()
    around.tally = tally(around.settings["prompt"])
    try:
        async for frame in frames:
            questions, ids = render(frame, around.settings), frame[ID].to_list()
            for window in windows(frame, around.settings, questions, flying * WINDOW):
                tasks = {place: asyncio.create_task(_answer(ids[place], questions[place], seeds_of, around)) for place in window}
                waiting.extend(((frame, place), tasks[place]) for place in sorted(window))
                # The next few rows must have room: half of the queue, so that those in flight never wait for them.
                while waiting and len(waiting) + len(window) > min(most, around.room()):
                    await _first(min(together, max(1, len(waiting) // 2)), waiting, around)
                    if (done := _joined(waiting, around)) is not None:
                        yield done
                if _answered(together, waiting) and (done := _joined(waiting, around)) is not None:
                    yield done
        while waiting:
            await _first(1, waiting, around)
            if (done := _joined(waiting, around)) is not None:
                yield done
    finally:
        for _, task in waiting:
            task.cancel()
        await asyncio.gather(*(task for _, task in waiting), return_exceptions=True)


async def _first(rows: int, waiting: deque[Waiting], around: Around) -> None:
    """Wait until so many rows at the head of the queue are answered; an interrupt is noticed though no answer comes."""
    while not _answered(rows, waiting):
        pending = [task for _, task in islice(waiting, rows)]
        await asyncio.wait(pending, timeout=0.2)
        around.progress()


def _answered(rows: int, waiting: deque[Waiting]) -> bool:
    """Tell whether so many rows at the head of the queue are answered."""
    return len(waiting) >= rows and all(task.done() for _, task in islice(waiting, rows))


def _joined(waiting: deque[Waiting], around: Around) -> pl.DataFrame | None:
    """Take the answered rows from the head of the queue and return them with their answers; rows without one were set aside."""
    kept: list[tuple[Row, dict[str, Any]]] = []
    # What is answered goes on before a fault behind it stops the run: a `take` may need no more.
    while waiting and waiting[0][1].done() and not (kept and waiting[0][1].exception()):
        row, task = waiting.popleft()
        answer = _counted(task.result(), around)
        if answer.fields is None:
            assert answer.reason is not None
            around.fail(row[0][ID][row[1]], answer.reason, raw=answer.raw or "")
        else:
            kept.append((row, answer.fields))
    around.count.rows_out += len(kept)
    around.progress()
    around.aside.judge_early(around.count.rows_in)
    if not kept:
        return None
    name, of = around.settings["name"], around.settings["prompt"]["answer"]
    column = pl.Series(name, [answer for _, answer in kept], dtype=answer_type(of))
    rows = [frame[[index for (_, index), _ in group]] for frame, group in _by_frame(kept)]
    return pl.concat(rows).with_columns(column)


def _by_frame(kept: list[tuple[Row, dict[str, Any]]]) -> Iterator[tuple[pl.DataFrame, list[tuple[Row, dict[str, Any]]]]]:
    """Yield runs of rows that are of the same frame."""
    for _, group in groupby(kept, key=lambda pair: id(pair[0][0])):
        run = list(group)
        yield run[0][0][0], run


def _counted(answer: Asked, around: Around) -> Asked:
    """Count a row and what its answers were; where failures are kept, they get the fields of one."""
    assert around.tally is not None
    around.count.rows_in += 1
    around.tally.add(answer)
    if answer.fields is None and around.settings["on_fail"] == "keep":
        answer.fields = failed_answer(answer.raw or "", around.settings["prompt"]["answer"])
    return answer


async def _answer(row: str, question: Mapping[str, Any], seeds_of: str, around: Around) -> Asked:
    """Return the answer about one row; one that cannot be read is asked for again with another seed."""
    around.progress()
    if question["problem"] is not None:
        around.answered += 1
        return Asked(reason=question["problem"])
    prompt = around.settings["prompt"]

    async def ask(attempt: int) -> Reply:
        assert around.caller is not None
        seed = derive_seed(around.seed, seeds_of, row, attempt) if prompt["temperature"] > 0 else None
        return await around.caller.ask(request(prompt, question, seed), row)

    answer = await asked(prompt, ask, again=around.again)
    around.answered += 1
    return answer


def tally(prompt: Mapping[str, Any]) -> Tally:
    """Return a count of the answers to a prompt that begins at nothing."""
    return Tally(prompt=prompt["name"], kind=prompt["answer"]["kind"], max_output=prompt["max_output"])


def prompt_print(prompt: Mapping[str, Any]) -> str:
    """Return the fingerprint of a prompt's text and slots, which seeds rest on."""
    return fingerprint([prompt["messages"], prompt["complete"], prompt["slots"]])


def request(prompt: Mapping[str, Any], question: Mapping[str, Any], seed: int | None) -> Request:
    """Return the request of a rendered prompt."""
    return Request(
        messages=question["messages"],
        prompt=question["complete"],
        answer=prompt["answer"],
        max_input=prompt["max_input"],
        max_output=prompt["max_output"],
        temperature=prompt["temperature"],
        top_p=prompt["top_p"],
        stop=tuple(prompt["stop"]),
        seed=seed,
        cut=prompt["overflow"] == "cut",
    )


def render(frame: pl.DataFrame, settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rendered messages, or the text to complete, of each row; the problem of one that cannot be asked about."""
    prompt = settings["prompt"]
    slots = frame.select(pl.lit(0).alias("_"), *(expression(json).alias(slot) for slot, json in settings["slots"].items()))
    if prompt["complete"] is not None:
        texts = _rendered(slots, prompt["complete"], len(frame))
        return [{"messages": None, "complete": text, "problem": None} for text in texts]
    columns = [_turns(slots, message["parts"], len(frame)) if message["role"] == TURNS else _rendered(slots, message["parts"], len(frame)) for message in prompt["messages"]]
    roles = [message["role"] for message in prompt["messages"]]
    return [_question(roles, row) for row in zip(*columns, strict=True)]


def _question(roles: list[str], row: tuple[Any, ...]) -> dict[str, Any]:
    """Return the messages of one row, those of its turns one by one."""
    messages: list[Message] = []
    problem = None
    for role, said in zip(roles, row, strict=True):
        if role != TURNS:
            messages.append(Message(role=role, content=said))
            continue
        if len(said) % 2:
            problem = "its turns end with the user's, and `ask` is the user's too"
        messages += [Message(role=("user", "assistant")[place % 2], content=text) for place, text in enumerate(said)]
    return {"messages": tuple(messages), "complete": None, "problem": problem}


def _turns(slots: pl.DataFrame, parts: list[Any], rows: int) -> list[list[str]]:
    value = slots.select(expression(parts[0]["hole"]).alias("hole"))["hole"]
    return (value if len(value) == rows else value.new_from_index(0, rows)).to_list()


def _rendered(slots: pl.DataFrame, parts: list[Any], rows: int) -> list[str]:
    pieces: list[list[str]] = []
    for part in parts:
        if isinstance(part, str):
            pieces.append([part] * rows)
        else:
            value = slots.select(expression(part["hole"]).cast(pl.String).alias("hole"))["hole"]
            pieces.append((value if len(value) == rows else value.new_from_index(0, rows)).to_list())
    return ["".join(row) for row in zip(*pieces, strict=True)] if pieces else [""] * rows
