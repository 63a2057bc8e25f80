"""A spec as a reader would write it, its nodes carried out one by one in a folder of the test."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl

from synthc.compiler.graph import Graph, Node
from synthc.runtime.context import Context
from synthc.runtime.endpoints.base import Endpoint, Reply, Request
from synthc.runtime.endpoints.fake import FakeEndpoint
from synthc.runtime.engines.local import Usage, work
from synthc.runtime.events import Events
from synthc.runtime.ledger import Ledger
from synthc.runtime.mix import mix
from synthc.runtime.rows import Dataset
from synthc.runtime.sources.read import read_source
from synthc.runtime.store import Store
from synthc.runtime.training.make_vocab import make_vocab
from synthc.runtime.training.pretrain import pretrain
from tests.compiled import graph_of

KEY = b"0" * 64
TEXTS = """
public source web = files("web.jsonl") {
  text = .text
}
"""


@dataclass(slots=True, kw_only=True)
class Spec:
    """A spec with its folder; `make` carries a node out and all that it needs."""

    folder: Path
    text: str
    endpoint: Endpoint | None = None
    seed: int = 0
    limit: int | None = None
    stopping: Callable[[], bool] = lambda: False
    told: list[dict[str, Any]] = field(default_factory=list)
    usage: dict[str, Usage] = field(default_factory=dict)
    ledger: Ledger | None = None
    change: Callable[[Node], Node] = lambda node: node

    @property
    def graph(self) -> Graph:
        """The compiled spec."""
        self.folder.mkdir(exist_ok=True)
        return graph_of(self.folder / "spec.synth", "synth 1\n" + self.text.lstrip())

    @property
    def store(self) -> Store:
        """The store of the folder."""
        return Store(root=self.folder / ".synth")

    def rows(self, name: str) -> pl.DataFrame:
        """Carry a node out and return its rows."""
        return pl.concat(self.make(name).frames())

    def make(self, name: str) -> Dataset:
        """Carry a node out, and first what it needs."""
        graph = self.graph
        graph = replace(graph, nodes=tuple(self.change(node) for node in graph.nodes))
        for node in graph.nodes:
            if node.name in graph.needs(name) and node.kind != "endpoint" and not self._dataset(node).folder.exists():
                self._make(node, graph)
        return self._dataset(graph.by_name[name])

    def failures(self, name: str) -> list[dict[str, Any]]:
        """Return what a node set aside, also of one that failed."""
        paths = list(self.folder.glob(f"**/{name}/failures.jsonl")) + list(self.folder.glob(f"{name}.failures.jsonl"))
        return [json.loads(line) for path in paths for line in path.read_text().splitlines()]

    def _dataset(self, node: Node) -> Dataset:
        return Dataset(folder=self.store.folder(node.name, private=node.private))

    def _make(self, node: Node, graph: Graph) -> None:
        with self.store.writing(node.name, private=node.private) as folder:
            try:
                self._carry_out(node, graph, folder)
            except BaseException:
                if (folder / "failures.jsonl").exists():
                    (folder / "failures.jsonl").rename(self.folder / f"{node.name}.failures.jsonl")
                raise

    def _carry_out(self, node: Node, graph: Graph, folder: Path) -> None:
        context = Context(
            graph=graph,
            node=node,
            fingerprint=node.name,
            inputs={n.name: self._dataset(n).folder for n in graph.nodes},
            folder=folder,
            scratch=folder,
            private=folder,
            project=self.folder,
            events=Events(listeners=(lambda event: self.told.append(dict(event)),)),
            seed=self.seed,
            limit=self.limit,
            test_noise=None,
            stopping=self.stopping,
        )
        if node.kind == "source":
            read_source(context, KEY)
        elif node.kind == "mix":
            mix(context)
        elif node.kind == "vocab":
            make_vocab(context)
        elif node.kind == "pretrain":
            pretrain(context)
        elif node.kind != "model":
            ledger = self.ledger or Ledger(path=self.folder / ".synth" / "ledger.sqlite")
            try:
                endpoints = {n.name: self.endpoint for n in graph.nodes if n.kind == "endpoint" and self.endpoint}
                self.usage[node.name] = asyncio.run(work(context, endpoints, ledger))
            finally:
                if self.ledger is None:
                    ledger.close()


def spec(folder: Path, text: str, *, texts: Iterable[str] = (), reply: Callable[[Request], Reply | str] | None = None, **more: Any) -> Spec:
    """Return a spec over `texts`, answered by `reply`."""
    if texts:
        write_jsonl(folder / "web.jsonl", [{"text": each} for each in texts])
        text = TEXTS + text
    if reply is not None:
        more["endpoint"] = FakeEndpoint(reply=reply)
    return Spec(folder=folder, text=text, **more)


def write_jsonl(path: Path, rows: Iterable[Any]) -> None:
    """Write rows, gzip'd if the name says so; a text is written as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(lines) if path.suffix == ".gz" else lines)
