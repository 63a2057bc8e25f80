"""Works the rows of a filter, transform or generate in this process, on one event loop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import polars as pl

from synthc.compiler.graph import Step
from synthc.compiler.graph.price import cost, price_of
from synthc.runtime.context import Context
from synthc.runtime.endpoints.base import Endpoint, Limited
from synthc.runtime.endpoints.calling import Caller
from synthc.runtime.endpoints.pace import Pace
from synthc.runtime.endpoints.same_model import still_the_same
from synthc.runtime.engines.meter import Arrived, Meter, closed
from synthc.runtime.errors import InputError
from synthc.runtime.grid import Grid, draw_indices, slot_values, weighed_indices
from synthc.runtime.ledger import Asking, Ledger
from synthc.runtime.rows import ID, DatasetWriter
from synthc.runtime.schema import column_type, schema
from synthc.runtime.setaside import SetAside
from synthc.runtime.steps.enough import room
from synthc.runtime.steps.find_stage import find_stage
from synthc.runtime.steps.sample import measured, quotas
from synthc.runtime.steps.stage import Around, Count, Frames
from synthc.runtime.used import noting


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a node asked: requests sent, answers found in the ledger, failures, tokens, what they cost where the spec has the price, and how many were saved by leaving answers early."""

    requests: int = 0
    cached_requests: int = 0
    failed_requests: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_saved: int = 0
    usd: float | None = 0.0


async def work(context: Context, endpoints: Mapping[str, Endpoint], ledger: Ledger | None) -> Usage:
    """Carry a row node out into the context's folder, and note which calls of the ledger it rests on."""
    if ledger is None:
        return await _work(context, endpoints, None, lambda _: None)
    with noting(context.project, context.fingerprint) as used:
        return await _work(context, endpoints, ledger, used)


async def _work(context: Context, endpoints: Mapping[str, Endpoint], ledger: Ledger | None, used: Callable[[str], object]) -> Usage:
    node = context.node
    aside = SetAside(path=context.folder / "failures.jsonl", allowed=node.settings["max_failures"], place=node.place, name=node.name, private=node.private)
    frames, steps, read = _beginning(context)
    callers: list[Caller] = []
    arounds: list[Around] = []
    arrived: list[Arrived] = []
    stages: list[Frames] = [frames]
    for place, step in enumerate(steps):
        caller = await _caller(step, context, endpoints, ledger, used)
        callers.extend([caller] if caller else [])
        around = Around(
            step=step,
            count=Count(verb=step.verb),
            seed=context.seed,
            aside=aside,
            caller=caller,
            score=lambda name, texts: _logprob(context, name, texts),
            rows=context.rows,
            again=context.again,
        )
        before = Arrived()
        arrived.append(before)
        arounds.append(around)
        if caller is not None:
            price = price_of(context.graph.by_name[caller.name])
            around.progress = Meter(context=context, place=place, caller=caller, price=price, read=read, arrived=arrived, arounds=arounds).tell
        stages.append(before.counted(tuple(stages)))
        stages.append(find_stage(step)(stages[-1], around))
    for place, around in enumerate(arounds):
        around.room = room(arounds, place)
    users = context.graph.by_name[node.settings["from"]["node"]].private if "from" in node.settings else False
    writer = DatasetWriter(folder=context.folder, schema=schema(node, users=users))
    try:
        async for frame in stages[-1]:
            writer.write(frame)
            if not callers:
                context.progress(0 if node.private else writer.rows, None, "rows")
    finally:
        await closed(stages)
        aside.flush()
    for caller in callers:
        if caller.requests:
            await still_the_same(caller.name, caller.endpoint, caller.identity)
    _finish(writer, arounds, aside, read.rows, context.note)
    return Usage(
        requests=sum(c.requests for c in callers),
        cached_requests=sum(c.cached for c in callers),
        failed_requests=sum(c.failed for c in callers),
        tokens_in=sum(c.tokens_in for c in callers),
        tokens_out=sum(c.tokens_out for c in callers),
        tokens_saved=sum(c.saved for c in callers),
        usd=_usd(callers, context),
    )


def _usd(callers: list[Caller], context: Context) -> float | None:
    """Return what was paid; None where something was asked and nobody says its price."""
    costs = [cost(price_of(context.graph.by_name[caller.name]), caller.tokens_in, caller.tokens_out) for caller in callers if caller.requests]
    return None if None in costs else sum(each for each in costs if each is not None)


def _finish(writer: DatasetWriter, arounds: list[Around], aside: SetAside, read: int, told: Callable[[str], None]) -> None:
    """Check that every row is accounted for and write the counts."""
    for around in arounds:
        around.count.check()
        if around.step.verb == "sample" and "weigh" in around.settings and around.count.rows_out < around.settings.get("count", 0) <= around.count.rows_in:
            told(f"`sample` found {around.count.rows_out:,} of the {around.settings['count']:,} rows: of some values of `{around.settings['column']}` there are fewer than their share")
    keys = ("filtered", "duplicates", "failed", "added")
    counts: dict[str, Any] = {"in": read, "out": writer.rows, **{key: sum(getattr(a.count, key) for a in arounds) for key in keys}}
    # Rows that a `take` left unread behind a step that had read on are neither filtered nor failed there.
    unread = sum(before.count.rows_out - after.count.rows_in for before, after in pairwise(arounds))
    unread += read - arounds[0].count.rows_in if arounds else 0
    counts["unread"] = unread
    left = counts["out"] + counts["filtered"] + counts["duplicates"] + counts["failed"] + unread - counts["added"]
    assert left == read, f"{aside.name}: {counts}"
    aside.judge(max(read, *(around.count.rows_in for around in arounds), 0))
    tallies = [asdict(around.tally) for around in arounds if around.tally is not None]
    writer.close({**counts, "steps": [asdict(around.count) for around in arounds], **({"answers": tallies} if tallies else {})})


def _beginning(context: Context) -> tuple[Frames, tuple[Step, ...], Arrived]:
    """Return the first frames, the steps that are left, and a count of the rows read."""
    node, steps, read = context.node, context.node.steps, Arrived()
    if "from" in node.settings:
        rows = context.rows(node.settings["from"]["node"])
        read.total = rows.rows
        return read.counted([_sliced(rows.frames())]), steps, read
    columns = _grid_columns(context)
    slots = {name: slot_values(slot, lambda n, c: _distinct(context, n, c)) for name, slot in node.settings["grid"].items()}
    for name, values in slots.items():
        if not values:
            raise InputError(f"{node.place}: the slot `{name}` of `{node.name}` has no values to choose from")
    grid = Grid(slots=slots, schema={ID: pl.String, **columns})
    if steps and steps[0].verb == "sample":
        settings = steps[0].settings
        count = settings["count"] if "count" in settings else round(settings["share"] * grid.size)
        if context.limit is not None:
            count = min(count, context.limit)
        drawn = _drawn(context, grid, settings, count)
        read.total = len(drawn)
        return read.counted([_flowing(grid.frames(drawn))]), steps[1:], read
    read.total = grid.size if context.limit is None else min(grid.size, context.limit)
    return read.counted([_flowing(grid.frames(range(read.total)))]), steps, read


def _drawn(context: Context, grid: Grid, settings: Mapping[str, Any], count: int) -> Sequence[int]:
    """Return the cells that a sample draws."""
    if "weigh" not in settings:
        return draw_indices(grid.size, count, context.seed)
    shares = measured(context.rows(settings["weigh"]["node"]))
    if not any(shares.values()):
        raise InputError(f"{context.node.place}: nothing that `{settings['weigh']['node']}` counted rose above the noise, so it weighs nothing")
    return weighed_indices(grid.slots, settings["column"], quotas(shares, min(count, grid.size)), context.seed)


def _grid_columns(context: Context) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for name, slot in context.node.settings["grid"].items():
        if "column" in slot:
            reference, column = slot["column"]
            columns[name] = column_type(context.graph.by_name[reference["node"]].columns[column])
        else:
            columns[name] = pl.Series(slot.get("list", [0]), strict=False).dtype
    return columns


def _distinct(context: Context, node: str, column: str) -> list[Any]:
    return pl.concat(context.rows(node).frames([column]))[column].unique(maintain_order=True).to_list()


async def _sliced(frames: Iterator[pl.DataFrame]) -> Frames:
    for frame in frames:
        for part in frame.iter_slices(2048):
            yield part


async def _flowing(frames: Iterator[pl.DataFrame]) -> Frames:
    for frame in frames:
        yield frame


async def _caller(step: Step, context: Context, endpoints: Mapping[str, Endpoint], ledger: Ledger | None, used: Callable[[str], object]) -> Caller | None:
    if step.verb != "ask":
        return None
    assert ledger is not None
    name = step.settings["endpoint"]["node"]
    settings = context.graph.by_name[name].settings
    endpoint = endpoints[name]
    identity = await endpoint.identity()
    told = endpoint.at_once if isinstance(endpoint, Limited) else None
    most = settings["concurrency"] if not told else min(settings["concurrency"], told)
    return Caller(
        name=name,
        endpoint=endpoint,
        identity=identity,
        about=Asking(endpoint=name, model=asdict(identity), prompt=step.settings["prompt"], label=context.node.label.value),
        ledger=ledger,
        budget=context.graph.budgets.get(name, {}).get("tokens"),
        pace=Pace(most=most),
        label=context.node.label,
        retries=settings["retries"],
        used=used,
    )


def _logprob(context: Context, name: str, texts: Any) -> Any:
    from synthc.runtime.training.score import logprob

    return logprob(context.inputs[name], list(texts))
