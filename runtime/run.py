"""Runs a graph: carries out what the store does not have, resumes, stops cleanly, and tells beforehand what is there."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthc.compiler.graph import Graph
from synthc.runtime.engines.engine import Engine
from synthc.runtime.errors import ChargeRefused, NotMeant, OutsideFault, RunError
from synthc.runtime.events import TIMED, Events, Listener
from synthc.runtime.fingerprints import asked, charged
from synthc.runtime.folder import RunFolder
from synthc.runtime.only import chosen
from synthc.runtime.outcome import Outcome
from synthc.runtime.store import Store
from synthc.runtime.walk import Walk

if TYPE_CHECKING:
    from synthc.runtime.outlook import Outlook


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a run is carried out; `endpoints` maps names to `tgi:URL` or `embedded`.

    `engine` is `local`, `ray` or `ray:ADDRESS`. `nodes` are those that it is about, all if None. A `replay` of a lock rebuilds its datasets from
    the ledger, with every endpoint off. `retried` are those whose rows that were set aside are tried once more; `consent` is asked before what
    came of that spends privacy again, and raises `NotMeant` where that is not wanted.
    """

    project: Path
    seed: int = 0
    test_noise: int | None = None
    limit: int | None = None
    only: str | None = None
    fresh: bool = False
    endpoints: Mapping[str, str] = field(default_factory=dict)
    nodes: frozenset[str] | None = None
    replay: Mapping[str, Any] | None = None
    engine: str = "local"
    retried: frozenset[str] = frozenset()
    consent: Callable[[list[str]], None] = lambda _: None


def run(graph: Graph, options: Options, *, listeners: tuple[Listener, ...] = (), stopping: Callable[[], bool] = lambda: False) -> Outcome:
    """Carry out a graph and write the run's folder; a fault outside is in the outcome, not raised."""
    names = chosen(graph, options.only) if options.nodes is None else options.nodes
    folder = RunFolder.of(options.project, graph, seed=options.seed, test_noise=options.test_noise, limit=options.limit)
    store = Store(root=options.project / ".synth")
    # From start to end a run with a search in it takes the longer the more tries there were, and their number is a secret.
    searched = any("search" in node.settings for node in graph.nodes)
    timed = TIMED - {"run_finished"} if searched else TIMED
    events = Events(path=folder.path / "events.jsonl", listeners=listeners, timed=timed)
    problem: RunError | None = None
    done_before = (folder.path / "result.json").exists()
    with store.lock(folder.path.name, busy=f"another run is at work in {folder.path}; wait for it, or stop it"):
        events.emit("run_started", graph=graph.fingerprint, name=graph.name, folder=str(folder.path), nodes=[{"name": n.name, "kind": n.kind} for n in graph.nodes])
        with asyncio.Runner() as runner:
            walk = Walk(graph=graph, options=options, folder=folder, store=store, events=events, stopping=stopping, runner=runner, again=_again(folder, options), engine=Engine.of(options.engine))
            try:
                walk.foresee(names)
                walk.carry_out(names)
            except NotMeant as found:
                events.emit("run_finished", status="interrupted", problem=str(found))
                raise
            except RunError as found:
                problem = found
            except OSError as found:
                problem = fault(found)
            finally:
                walk.close()
        status = "done" if problem is None else "interrupted" if problem.exit_code == 130 else "failed"
        events.emit("run_finished", status=status, problem=None if problem is None else str(problem))
        document = walk.document(status)
        if not walk.entries and done_before:  # refused before its first node: what an earlier run wrote stays
            return Outcome(document=document, problem=problem, folder=folder.path)
        folder.write("result.json", {**document, "problem": None if problem is None else str(problem)})
        folder.write("artefacts.json", walk.shown_prints)
        folder.write("metrics.json", document["metrics"])
        folder.write("privacy.json", document["privacy"])
        _report(folder.path)
        if searched:
            folder.stop_clocks()
    return Outcome(document=document, problem=problem, folder=folder.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What a run would find: which nodes the store has, and the sentence with which it would be refused, if it would.

    `touched` are private sources that may have been read before as they are now, which only a run can tell: what rests on them
    counts as not there, and `doubt` is the sentence with which a run would be refused if they have changed.
    """

    done: Mapping[str, bool]
    refused: str | None = None
    doubt: str | None = None
    touched: tuple[str, ...] = ()


def foreseen(graph: Graph, options: Options) -> Foreseen:
    """Tell what a run would find, as far as can be told: private files are not opened, no server is asked.

    Private files are known by sizes and times, servers by who answered last.
    """
    store = Store(root=options.project / ".synth")
    with asyncio.Runner() as runner:
        walk = _looking(graph, options, store, runner)
        done = {node.name: walk.known_done(node) for node in graph.nodes}
        touched = tuple(n.name for n in graph.nodes if n.kind == "source" and n.private and n.name not in walk.prints and walk.may_have_read(n))
        refused = _refusal(walk)
        if refused is None or not touched:
            return Foreseen(done=done, refused=refused, touched=touched)
        unchanged = _refusal(replace(walk, trusting=True))
    return Foreseen(done=done, refused=unchanged, doubt=refused if unchanged is None else None, touched=touched)


def _refusal(walk: Walk) -> str | None:
    try:
        walk.foresee(frozenset(walk.graph.by_name))
    except ChargeRefused as found:
        return str(found)
    return None


def finished(graph: Graph, options: Options) -> Mapping[str, bool]:
    """Tell which nodes the store already has, as far as can be told."""
    return foreseen(graph, options).done


def _looking(graph: Graph, options: Options, store: Store, runner: asyncio.Runner) -> Walk:
    """Return a walk that carries nothing out."""
    from synthc.runtime.outlook import answered_last

    folder = RunFolder(path=RunFolder.path_of(options.project, graph, seed=options.seed, test_noise=options.test_noise, limit=options.limit))
    answering = answered_last(graph, store.root / "ledger.sqlite", overridden=options.endpoints)
    return Walk(
        graph=graph, options=options, folder=None, store=store, events=Events(), stopping=lambda: False, runner=runner, again=folder.tried_again, exact=False, answering=answering
    )


def outlooks(graph: Graph, options: Options) -> dict[str, Outlook]:
    """Return what each node would find in the ledger and what it would ask, of those whose rows are there; nobody is asked."""
    from synthc.runtime.outlook import outlook

    store, ledger = Store(root=options.project / ".synth"), options.project / ".synth" / "ledger.sqlite"
    found: dict[str, Outlook] = {}
    with asyncio.Runner() as runner:
        walk = _looking(graph, options, store, runner)
        for node in graph.nodes:
            if not walk.known_done(node) and ledger.exists() and asked(node) and all(name in walk.artefacts for name in walk.reads(node)):
                looked = outlook(node, graph, walk.artefacts, ledger, seed=options.seed, limit=options.limit, test_noise=options.test_noise)
                found.update({node.name: looked} if looked is not None else {})
    return found


def spends_again(graph: Graph, options: Options) -> list[str]:
    """Return the mechanisms that `--fresh` would charge to real people once more."""
    names = chosen(graph, options.only)
    return [node.name for node in charged(graph, names)] if options.limit is None and options.test_noise is None else []


def fault(problem: OSError) -> RunError:
    """Return an error of the system as a sentence with its mend."""
    if problem.errno in {errno.ENOSPC, errno.EDQUOT}:
        return OutsideFault("the disk is full; free some space and repeat the command, which goes on from here")
    where = f"{problem.filename}: " if problem.filename else ""
    return OutsideFault(f"{where}{(problem.strerror or str(problem)).lower()}; mend that and repeat the command, which goes on from here")


def _again(folder: RunFolder, options: Options) -> dict[str, int]:
    before = folder.tried_again
    return before | {name: before.get(name, 0) + 1 for name in options.retried}


def _report(folder: Path) -> None:
    from synthc.runtime.page.report import write_report

    write_report(folder)
