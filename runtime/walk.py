"""One walk over a graph: each node is found in the store or made, and its place in the run noted."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthc.compiler.graph import Graph, Node, Privacy
from synthc.runtime.answers import READING
from synthc.runtime.answers.asking import tries
from synthc.runtime.context import Context
from synthc.runtime.endpoints.base import Endpoint, Identity
from synthc.runtime.endpoints.open import open_endpoint
from synthc.runtime.engines.engine import Engine
from synthc.runtime.errors import InputError, RequirementFailed, RunError, hushed
from synthc.runtime.events import Events
from synthc.runtime.execute import execute
from synthc.runtime.fingerprints import NO_ARTEFACT, asked, behind_mechanism, charged, identities, released_print, run_fingerprint
from synthc.runtime.folder import ROWS, RunFolder
from synthc.runtime.ledger import Ledger
from synthc.runtime.lock import disagreement
from synthc.runtime.outcome import entry_of, metrics_of, privacy_of
from synthc.runtime.replay import Off
from synthc.runtime.rows import Dataset
from synthc.runtime.store import Store
from synthc.runtime.unchanged import before, note_unchanged

if TYPE_CHECKING:
    from synthc.runtime.run import Options


@dataclass(slots=True, kw_only=True)
class Walk:
    """One walk over a graph, node after node."""

    graph: Graph
    options: Options
    folder: RunFolder | None
    store: Store
    events: Events
    stopping: Callable[[], bool]
    runner: asyncio.Runner
    again: Mapping[str, int] = field(default_factory=dict)
    entries: dict[str, dict[str, Any]] = field(default_factory=dict)
    prints: dict[str, str] = field(default_factory=dict)
    artefacts: dict[str, Path] = field(default_factory=dict)
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    answering: dict[str, Identity] = field(default_factory=dict)
    engine: Engine = field(default_factory=Engine)
    exact: bool = True
    trusting: bool = False
    hashes: dict[str, list[Any]] = field(default_factory=dict)
    _ledger: Ledger | None = None
    _meant: frozenset[str] = frozenset()

    def carry_out(self, names: frozenset[str]) -> None:
        """Carry out the chosen nodes in order."""
        for node in self.graph.nodes:
            if node.kind == "endpoint":
                continue
            if node.name not in names or node.kind == "publish":
                self._skip(node, wanted=node.name in names)
            elif node.kind in NO_ARTEFACT:
                self.entries[node.name] = self._entry(node, "done")
            else:
                self._node(node)
                if node.name in self.options.retried:
                    self._retried(node, names)

    def foresee(self, names: frozenset[str]) -> None:
        """Raise at once where the people of a mechanism would be refused to it after all before it was paid for."""
        if charged(self.graph, names) and not self.options.retried:
            from synthc.runtime.federated.charging import foresee

            looking = replace(self, folder=None, entries={}, prints={}, artefacts={})
            try:
                nodes = looking.charges(names)
            except (RunError, OSError):
                return  # what cannot be read or asked is met, in its turn, by the run
            foresee(nodes, self.graph, self.options.project)

    def close(self) -> None:
        """Let go of servers, workers and the ledger."""
        for endpoint in self.endpoints.values():
            self.runner.run(endpoint.close())
        if self._ledger is not None:
            self._ledger.close()
        self.engine.close()

    def document(self, status: str) -> dict[str, Any]:
        """Return what `run --json` prints."""
        assert self.folder is not None
        nodes = [self.entries.get(n.name) or self._entry(n, "skipped") for n in self.graph.nodes if n.kind != "endpoint"]
        return {
            "run": self.folder.path.relative_to(self.options.project).as_posix(),
            "status": status,
            "nodes": nodes,
            "metrics": metrics_of(self.graph, self.artefacts),
            "privacy": privacy_of(self.graph, self.artefacts, self.options.project, seeded=self.options.test_noise is not None, limited=self.options.limit is not None),
            "endpoints": {name: asdict(identity) for name, identity in self.answering.items()},
            "seed": self.options.seed,
            "limit": self.options.limit,
            "test_noise": self.options.test_noise,
        }

    @property
    def shown_prints(self) -> dict[str, str]:
        """The fingerprints of finished datasets that anyone may see."""
        return {n.name: self.artefacts[n.name].name for n in self.graph.nodes if n.name in self.artefacts and n.kind in ROWS and not self.hidden(n)}

    def stamped(self, node: Node) -> bool:
        """Tell whether what a node yields is "not private" though it lies behind a mechanism."""
        return (self.options.limit is not None or self.options.test_noise is not None) and behind_mechanism(node, self.graph)

    def hidden(self, node: Node) -> bool:
        """Tell whether a node's artefact is kept among the private ones."""
        return node.private or self.stamped(node)

    def _entry(self, node: Node, status: str, **more: Any) -> dict[str, Any]:
        return entry_of(node, status, hidden=self.hidden(node), **more)

    def known_done(self, node: Node) -> bool:
        """Tell whether the store has a node, as far as can be told; what came out of a mechanism counts as it is there.

        Unless all may be read (`exact`), files of private sources are known by their sizes and times, and who answers by who did last.
        """
        if node.kind in NO_ARTEFACT or any(name not in self.prints for name in self.reads(node)):
            return False
        if not self.exact and any(name not in self.answering and self._kind(name) != "embedded" for name in asked(node)):
            return False
        try:
            if self._find(node):
                return True
        except (RunError, OSError):
            if self.exact:
                raise
            return False
        if not node.mechanism and node.kind != "federate":
            self.prints[node.name] = self._fingerprint(node)
        return False

    def charges(self, names: Collection[str]) -> list[Node]:
        """Return the mechanisms among some nodes that a run of these would charge from their first round on: those that are neither there nor begun."""
        if self.options.limit is not None or self.options.test_noise is not None:
            return []
        found = set[str]()
        for node in self.graph.nodes:
            done = node.kind != "endpoint" and self.known_done(node)
            if done and self.options.fresh and node.name in names:
                done = False
                if node.mechanism:
                    del self.prints[node.name]
            if not done and not (node.mechanism and not self.options.fresh and self._begun(node)):
                found.add(node.name)
        return [node for node in charged(self.graph, names) if node.name in found]

    def _begun(self, node: Node) -> bool:
        from synthc.runtime.federated.charging import begun

        return all(name in self.prints for name in self.reads(node)) and begun(self.store.left(self._fingerprint(node)), node, self.graph, self.options.project)

    def _skip(self, node: Node, *, wanted: bool) -> None:
        self.entries[node.name] = self._entry(node, "skipped")
        if wanted:
            self.events.emit("note", node=node.name, text="nothing was published; a run never publishes by itself, `synthc publish` does")
            return
        # What an earlier run finished is still part of this folder, as far as it can be found without calling anybody.
        if node.kind not in NO_ARTEFACT and all(name in self.prints for name in self.reads(node)) and all(name in self.answering for name in asked(node)):
            with contextlib.suppress(RunError):
                self._find(node)

    def _find(self, node: Node) -> bool:
        """Look for a node's artefact in the store."""
        print_ = self._fingerprint(node)
        found = self.store.has(print_, private=self.hidden(node))
        if found:
            self._keep(node, print_)
        return found

    def _node(self, node: Node) -> None:
        for name in self.reads(node):
            if name not in self.artefacts and not self._available(self.graph.by_name[name]):
                raise InputError(f"{node.place}: `{node.name}` needs `{name}`, which is not there yet; say `--only +{node.name}`")
        print_ = self._fingerprint(node)
        with self.store.lock(print_):
            if self._there(node, print_) and not self.options.fresh and not (self.options.replay is not None and node.kind in ROWS):
                self._keep(node, print_)
                self.entries[node.name] = self._entry(node, "cached", artefact=self.artefacts[node.name])
            else:
                self.entries[node.name] = self._entry(node, "failed")
                self._make(node, print_)
        self.events.emit("node_finished", node=node.name, **{k: v for k, v in self.entries[node.name].items() if k != "name"}, **self._counts(node))
        self._agree(node)
        self._require(node)

    def _there(self, node: Node, print_: str) -> bool:
        """Tell whether the store has a node, all of it; what is left of a damaged one makes way."""
        private = self.hidden(node)
        if not self.store.has(print_, private=private):
            return False
        if node.kind in ROWS and not Dataset(folder=self.store.folder(print_, private=private)).whole:
            charged = node.mechanism and node.settings["population_is"] != "simulated" and not self.stamped(node)
            if charged and not self.options.fresh:
                raise InputError(f"{node.place}: what `{node.name}` released is damaged; bring it back from a copy, or release it again and pay for it again with `--fresh --only {node.name}`")
            self.events.emit("note", node=node.name, text="what was kept of its rows is damaged, so they are made again")
            self.store.remove(print_, private=private)
            return False
        return True

    def _counts(self, node: Node) -> dict[str, Any]:
        """Return where the rows of a public node went, by the counts beside them."""
        if node.kind not in ROWS or self.hidden(node):
            return {}
        counts = Dataset(folder=self.artefacts[node.name]).counts
        return {"counts": {name: counts[name] for name in ("in", "out", "filtered", "duplicates", "failed", "added", "unread") if name in counts}}

    def _agree(self, node: Node) -> None:
        """Raise where a replayed dataset is not the one that was locked."""
        if self.options.replay is not None and node.name in self.options.replay["datasets"]:
            differs = disagreement(node.name, self.artefacts[node.name], self.options.replay)
            if differs:
                self.entries[node.name]["status"] = "failed"
                raise InputError(f"{node.place}: {differs}; the sources or the ledger have changed")

    def _available(self, node: Node) -> bool:
        ready = all(name in self.artefacts or self._available(self.graph.by_name[name]) for name in self.reads(node))
        return ready and self._find(node)

    def reads(self, node: Node) -> list[str]:
        """Return the nodes with artefacts that one rests on, each after what it reads."""
        needed = self.graph.needs(node.name) - {node.name}
        return [n.name for n in self.graph.nodes if n.name in needed and n.kind not in NO_ARTEFACT]

    def _make(self, node: Node, print_: str) -> None:
        assert self.folder is not None
        self.engine.refuse(node.kind, node.name, node.place)
        private, started = self.hidden(node), time.monotonic()
        self.events.emit("node_started", node=node.name, kind=node.kind)
        # Rounds of a federation are private while they last: what is in its scratch, keys among it, stays with its owner.
        scratch = self.store.scratch(print_, private=private or node.mechanism or node.kind == "federate", fresh=self.options.fresh)
        with self.store.writing(print_, private=private) as artefact:
            context = Context(
                graph=self.graph,
                node=replace(node, label=Privacy.SIMULATED) if self.stamped(node) and not node.private else node,
                fingerprint=print_,
                inputs=self.artefacts,
                folder=artefact,
                scratch=scratch,
                private=self.folder.private,
                project=self.options.project,
                # What is noted about a hidden node may stand on this screen, not in a log that is shown to others.
                events=Events(listeners=self.events.listeners) if private else self.events,
                seed=self.options.seed,
                limit=self.options.limit,
                test_noise=self.options.test_noise,
                stopping=self.stopping,
                again=self.again.get(node.name, 0),
                engine=self.engine,
            )
            try:
                reads_private = any(self.graph.by_name[name].private for name in (node.name, *node.inputs))
                usage = hushed(lambda: execute(context, endpoints=lambda: self._open(node), ledger=self._open_ledger, key=self.store.key, runner=self.runner), private=reads_private)
                if node.name in self.options.retried:
                    self._compare(node, artefact, usage.requests)
            except RunError as problem:
                shown = self.folder.show_failures(node, artefact, private=private)
                raise type(problem)(str(problem).replace(str(artefact / "failures.jsonl"), str(shown))) from None
        self.store.forget(scratch)
        self._keep(node, print_)
        seconds = round(time.monotonic() - started, 3)
        self.entries[node.name] = self._entry(node, "done", artefact=self.artefacts[node.name], usage=usage, seconds=seconds)

    def _keep(self, node: Node, print_: str) -> None:
        """Remember a finished artefact, and show it in the run's folder."""
        private = self.hidden(node)
        self.artefacts[node.name] = self.store.folder(print_, private=private)
        # What came out of a mechanism stands for itself: other noise, another model.
        self.prints[node.name] = released_print(node, self.artefacts[node.name], self.store) or before(self.artefacts[node.name]) or print_
        if self.folder is not None:
            self.folder.show(node, self.artefacts[node.name], private=private)

    def _earlier(self, node: Node) -> Path:
        """Return where the rows of a node are, or were, before they were tried again this time."""
        return self.store.folder(self._fingerprint(node, again=self.again[node.name] - 1), private=self.hidden(node))

    def _compare(self, node: Node, artefact: Path, requests: int) -> None:
        """Tell what trying rows again was good for; where nothing changed, what rests on them stays."""
        same = note_unchanged(artefact, self._earlier(node))
        drawn = any(tries(step.settings["prompt"]) > 1 for step in node.steps if step.verb == "ask")
        if not requests and not drawn:
            text = "nothing to ask again: at temperature 0 a question has one answer, and it is in the ledger; change the prompt or set a temperature"
            self.events.emit("note", node=node.name, text=text)
        if same:
            self.events.emit("note", node=node.name, text="its rows are the same as before, so that what rests on them stays")

    def _retried(self, node: Node, names: frozenset[str]) -> None:
        """Ask before changed rows spend privacy again, and note that these were tried again; what was refused is as it was before."""
        assert self.folder is not None
        below = [n.name for n in charged(self.graph, names) if node.name in self.graph.needs(n.name) and n.name not in self._meant]
        stamped = self.options.limit is not None or self.options.test_noise is not None
        if below and not stamped and before(self.artefacts[node.name]) is None:
            try:
                self.options.consent(below)
            except RunError:
                if (old := self._earlier(node)).is_dir():
                    self.folder.show(node, old, private=self.hidden(node))
                raise
            self._meant |= frozenset(below)
        self.folder.note_retried(node.name, self.again[node.name])

    def _fingerprint(self, node: Node, again: int | None = None) -> str:
        asks = asked(node)
        for name in asks:
            self._identify(name)
        federated = self.stamped(node)
        return run_fingerprint(
            node,
            self.graph,
            self.prints,
            files=self._files(node) if node.kind == "source" else None,
            answering=identities(node, self.answering),
            reading=READING if asks else None,
            seed=self.options.seed if node.kind != "source" else None,
            limit=self.options.limit,
            test_noise=self.options.test_noise if federated else None,
            stamped=True if federated else None,
            again=(self.again.get(node.name) if again is None else again) or None,
        )

    def _files(self, node: Node) -> list[Any]:
        if node.name not in self.hashes:
            from synthc.runtime.sources.read import source_files

            files = source_files(node, self.options.project)
            if node.private and not self.exact:
                return self.store.remembered(files, trusting=self.trusting)
            self.hashes[node.name] = [[name, self._hash(node, number, path)] for number, (name, path) in enumerate(files, 1)]
            if node.private:
                self.store.remember(files, [print_ for _, print_ in self.hashes[node.name]])
        return self.hashes[node.name]

    def may_have_read(self, node: Node) -> bool:
        """Tell whether the files of a private source may have been read before."""
        from synthc.runtime.sources.read import source_files

        try:
            return self.store.may_have_read(source_files(node, self.options.project))
        except (RunError, OSError):
            return False

    def _hash(self, node: Node, number: int, path: Path) -> str:
        try:
            return self.store.hash_file(path, private=node.private)
        except OSError as problem:
            if not node.private:
                raise
            # A private file may be named after its user.
            raise InputError(f"{node.place}: file {number} of the private source `{node.name}` cannot be read ({(problem.strerror or 'broken').lower()})") from None

    def _kind(self, name: str) -> str:
        override = self.options.endpoints.get(name)
        return override.split(":", 1)[0] if override else str(self.graph.by_name[name].settings["kind"])

    def _identify(self, name: str) -> None:
        """Ask an endpoint which model it is, once."""
        if name not in self.answering and self.options.replay is not None:
            self.answering[name] = Identity(**self.options.replay["endpoints"][name])
            self.endpoints[name] = Off(name=name, locked=self.answering[name])
        elif name not in self.answering:
            self.endpoints[name] = open_endpoint(self.graph.by_name[name], self.options.endpoints.get(name), self.graph)
            self.answering[name] = self.runner.run(self.endpoints[name].identity())

    def _open(self, node: Node) -> dict[str, Endpoint]:
        """Return the endpoints of a node, refusing what a seeded mechanism taught where it would leave."""
        for name in asked(node):
            if node.label is Privacy.SIMULATED and self.endpoints[name].remote:
                raise InputError(f"{node.place}: what a pretended population taught stays on this machine, so `{node.name}` may not ask `{name}`, which is not on it")
            if self.stamped(node) and self.endpoints[name].remote:
                raise InputError(f"{node.place}: under `--limit` and `--test-noise` nothing behind a mechanism is private, so `{node.name}` may not ask `{name}`, which is not on this machine")
        return {name: self.endpoints[name] for name in asked(node)}

    def _open_ledger(self) -> Ledger:
        if self._ledger is None:
            self._ledger = Ledger(path=self.store.root / "ledger.sqlite", offline=self.options.replay is not None)
        return self._ledger

    def _require(self, node: Node) -> None:
        """Raise where an evaluation's `require` does not hold; its numbers are kept."""
        if node.kind == "evaluate":
            unmet = metrics_of(self.graph, {node.name: self.artefacts[node.name]})[node.name]["unmet"]
            if unmet:
                self.entries[node.name]["status"] = "failed"
                raise RequirementFailed(f"{node.place}: {'; '.join(unmet)}")
