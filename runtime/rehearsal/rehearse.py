"""Walks the public row nodes of a graph on samples of their rows."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from synthc.compiler.graph import Graph, Node, Privacy, Step
from synthc.runtime.context import Context
from synthc.runtime.endpoints.base import Endpoint, Identity, Reply
from synthc.runtime.endpoints.open import open_endpoint
from synthc.runtime.errors import InputError, RunError
from synthc.runtime.events import Events
from synthc.runtime.rehearsal.answering import Answering
from synthc.runtime.rehearsal.asked import rehearsed_ask
from synthc.runtime.rehearsal.earlier import Past
from synthc.runtime.rehearsal.mixed import mixed
from synthc.runtime.rehearsal.sample import Sample
from synthc.runtime.rehearsal.worked import beginning, worked
from synthc.runtime.rows import DatasetWriter

READ = 50_000
"""Rows of a source that are read."""
WORKED = 4000
"""Rows of them that the steps see."""
PATIENCE = 12.0
"""Seconds for the answers to one prompt."""
PATIENCE_FOR_ALL = 60.0
"""Seconds for those to all prompts; those behind are asked about a few rows each."""
LOOK = 3.0
"""Seconds in which a server has to say who it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """What a node came to on a sample, for all its rows; `notes` say how it is known."""

    rows: tuple[int, int]
    likely: int
    requests: int
    tokens_in: int
    tokens_out: int
    seconds: float
    notes: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Rehearsal:
    """One walk, in a folder that is gone afterwards."""

    graph: Graph
    project: Path
    folder: Path
    counted: Mapping[str, int]
    overrides: Mapping[str, str]
    samples: dict[str, Sample] = field(default_factory=dict)
    found: dict[str, Rehearsed] = field(default_factory=dict)
    left: float = PATIENCE_FOR_ALL
    seen: dict[str, dict[str, Reply | None]] = field(default_factory=dict)
    servers: dict[str, tuple[Endpoint | None, Identity | None]] = field(default_factory=dict)
    troubles: dict[str, str] = field(default_factory=dict)

    async def walk(self) -> None:
        """Carry out what can be; a node that can't is left out, and so is what reads it."""
        try:
            for node in self.graph.nodes:
                if node.label is Privacy.PUBLIC and node.kind in {"source", "filter", "transform", "generate", "mix"}:
                    with suppress(RunError, OSError, pl.exceptions.PolarsError, KeyError):
                        try:
                            await self._node(node)
                        except InputError as problem:
                            self.troubles[node.name] = str(problem).partition("; why stands in ")[0]
                            raise
        finally:
            for endpoint, _ in self.servers.values():
                if endpoint is not None:
                    await endpoint.close()

    async def _node(self, node: Node) -> None:
        context, started = self._context(node), time.monotonic()
        if node.kind == "source":
            self._keep(node, self._source(context), seconds=time.monotonic() - started)
        elif node.kind == "mix":
            self._keep(node, mixed(node, self.samples), seconds=time.monotonic() - started)
        else:
            await self._rows(node, context)

    def _context(self, node: Node) -> Context:
        folder = self.folder / node.name
        folder.mkdir()
        inputs = {name: self.folder / name for name in self.samples}
        nowhere = {"scratch": self.folder, "private": self.folder, "project": self.project, "limit": READ if node.kind == "source" else None}
        return Context(graph=self.graph, node=node, fingerprint="", inputs=inputs, folder=folder, events=Events(), seed=0, test_noise=None, stopping=lambda: False, **nowhere)  # type: ignore[arg-type]

    def _source(self, context: Context) -> Sample:
        from synthc.runtime.sources.read import read_source

        if context.node.settings["reader"]["kind"] != "files":
            raise KeyError(context.node.name)
        read_source(context, b"")
        frame = pl.concat(list(replace(context, inputs={context.node.name: context.folder}).rows(context.node.name).frames()))
        rows = self.counted.get(context.node.name, len(frame)) if len(frame) >= READ else len(frame)
        return Sample(frame=frame, scale=max(1.0, rows / max(1, len(frame))))

    async def _rows(self, node: Node, context: Context) -> None:
        sample, steps = beginning(context, self.samples)
        sample = sample.cut(WORKED)
        behind: list[Sample] = []
        seconds, notes = 0.0, dict[str, None]()
        for step in steps:
            started, before = time.monotonic(), sample
            if step.verb == "ask":
                answering = await self._answering(step)
                sample = await rehearsed_ask(before, step, answering, context.seed)
                self.left = max(0.0, self.left - (time.monotonic() - started))
                self._failed(node, answering)
                rate, how = answering.rate
                seconds += (sample.taken["requests"] or 0) / rate
                notes[f"time of `{node.name}`: {how}"] = None
                if answering.shared:
                    notes[f"questions of `{node.name}`: about {round(answering.shared * sample.scale):,} are asked already by another step or row, and are paid once"] = None
                if answering.bounded:
                    notes[f"tokens written for `{node.name}`: at most, as `{answering.prompt['name']}` was never answered here"] = None
            else:
                sample = await worked(replace(before, taken={}), step, context)
                seconds += (time.monotonic() - started) * before.scale
            behind.append(sample)
        taken = _taken(steps, behind, self.graph)
        self._keep(node, sample, seconds=seconds, notes=tuple(notes), **taken)

    def _failed(self, node: Node, answering: Answering) -> None:
        """Note where so many answers about the sample cannot be read that a run would stop."""
        failed = sum(answering.unread.values())
        allowed = node.settings["max_failures"]
        keep = all(step.settings.get("on_fail") == "keep" for step in node.steps if step.verb == "ask")
        if failed > answering.asked * allowed + 1 and not keep:
            reason, often = answering.unread.most_common(1)[0]
            self.troubles[node.name] = (
                f"{node.place}: of {answering.asked:,} rows of a sample `{node.name}` sets aside {failed:,}, more than `max_failures = {allowed * 100:.3g}%`; {often:,} of them: {reason}"
            )

    async def _answering(self, step: Step) -> Answering:
        node = self.graph.by_name[step.settings["endpoint"]["node"]]
        override = self.overrides.get(node.name)
        kind = override.split(":", 1)[0] if override else str(node.settings["kind"])
        if node.name not in self.servers:
            self.servers[node.name] = await _server(node, override, self.graph)
        endpoint, identity = self.servers[node.name]
        past = Past(path=self.project / ".synth" / "ledger.sqlite")
        return Answering(node=node, prompt=step.settings["prompt"], past=past, endpoint=endpoint, identity=identity, kind=kind, patience=min(PATIENCE, self.left), seen=self.seen.setdefault(node.name, {}))

    def _keep(self, node: Node, sample: Sample, *, seconds: float, notes: tuple[str, ...] = (), **taken: float) -> None:
        """Remember what a node came to, and leave its rows for those that read it."""
        self.samples[node.name] = sample
        if node.kind != "source":
            writer = DatasetWriter(folder=self.folder / node.name, schema=dict(sample.frame.schema))
            writer.write(sample.frame)
            writer.close({})
        amounts = {key: round(taken.get(key, 0)) for key in ("requests", "tokens_in", "tokens_out")}
        self.found[node.name] = Rehearsed(rows=sample.bounds, likely=round(sample.total), seconds=round(seconds, 1), notes=notes, **amounts)


def rehearse(graph: Graph, project: Path, *, counted: Mapping[str, int], overrides: Mapping[str, str] | None = None, troubles: dict[str, str] | None = None) -> dict[str, Rehearsed]:
    """Return what each public row node will come to, as far as a sample shows; `counted` are the rows of large sources.

    `troubles` takes the sentences with which a run would stop, by the nodes that it would stop at.
    """
    with tempfile.TemporaryDirectory(prefix="synthc-plan-") as folder:
        rehearsal = Rehearsal(graph=graph, project=project, folder=Path(folder), counted=counted, overrides=overrides or {})
        asyncio.run(rehearsal.walk())
        if troubles is not None:
            troubles.update(rehearsal.troubles)
        return rehearsal.found


async def _server(node: Node, override: str | None, graph: Graph) -> tuple[Endpoint | None, Identity | None]:
    """Return who answers and which model it says it is; nobody where none can be reached at once."""
    try:
        endpoint = open_endpoint(node, override, graph)
    except RunError:
        return None, None
    try:
        return endpoint, await asyncio.wait_for(endpoint.identity(), LOOK)
    except (RunError, TimeoutError, OSError):
        await endpoint.close()
        return None, None


def _taken(steps: tuple[Step, ...], behind: list[Sample], graph: Graph) -> dict[str, float]:
    """Sum what asking takes; a `take` that has enough stops the asking before it, all but what is in flight then."""
    from synthc.runtime.steps.enough import AT_MOST_ONE

    sums = dict.fromkeys(("requests", "tokens_in", "tokens_out"), 0.0)
    share = 1.0
    for place in reversed(range(len(steps))):
        step = steps[place]
        if step.verb == "take" and place and behind[place - 1].total > step.settings["count"]:
            share *= step.settings["count"] / behind[place - 1].total
        elif step.verb == "ask":
            closely = all(between.verb in AT_MOST_ONE for between in steps[place + 1 : _next_take(steps, place)])
            ahead = 0.0 if closely else graph.by_name[step.settings["endpoint"]["node"]].settings["concurrency"] / max(1.0, behind[place].total)
            here = min(1.0, share + ahead) if share < 1 else 1.0
            for key in sums:
                sums[key] += (behind[place].taken[key] or 0.0) * here
    return sums


def _next_take(steps: tuple[Step, ...], place: int) -> int:
    return next((at for at in range(place + 1, len(steps)) if steps[at].verb == "take"), len(steps))
