"""What a run's folder tells: the one place that opens its files, and that never opens those of private nodes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from synthc.compiler.graph import Graph, Node, Privacy
from synthc.compiler.graph.encoding import read_graph

EXAMPLES = 5
TOOK = ("rows", "seconds", "requests", "cached_requests", "failed_requests", "tokens_in", "tokens_out")


@dataclass(frozen=True, kw_only=True)
class Facts:
    """A run as its folder tells it; what is not there yet is empty or None.

    `result` is the document that `run --json` prints.
    """

    folder: Path
    graph: Graph
    result: Mapping[str, Any]
    metrics: Mapping[str, Any]
    privacy: Mapping[str, Any]
    events: Sequence[Mapping[str, Any]]

    @cached_property
    def started(self) -> Mapping[str, Any] | None:
        """The event that began the last start of this run."""
        return next((e for e in reversed(self.events) if e["event"] == "run_started"), None)

    @cached_property
    def ended(self) -> Mapping[str, Any] | None:
        """The event that ended the last start; None while it goes on, and after a kill."""
        last = next((e for e in reversed(self.events) if e["event"] in {"run_started", "run_finished"}), None)
        return last if last is not None and last["event"] == "run_finished" else None

    @property
    def starts(self) -> int:
        """How often the run was started."""
        return sum(event["event"] == "run_started" for event in self.events)

    @property
    def status(self) -> str:
        """`done`, `failed` or `interrupted`, or `unfinished` where no end was told."""
        if self.ended is not None:
            return str(self.ended["status"])
        return "unfinished" if self.started is not None or not self.result else str(self.result["status"])

    @property
    def problem(self) -> str | None:
        """The sentence that says what stopped the run."""
        problem = (self.ended or self.result).get("problem")
        return None if problem is None else str(problem)

    @property
    def seeded(self) -> bool:
        """Whether what lies behind a mechanism is not private: a limit, or noise from a seed."""
        return self.result.get("limit") is not None or self.result.get("test_noise") is not None

    def behind_mechanism(self, node: Node) -> bool:
        """Tell whether a node is, or rests on, what a mechanism released."""
        return any(self.graph.by_name[name].mechanism for name in self.graph.needs(node.name))

    def visible(self, node: Node) -> bool:
        """Tell whether counts of a node may be shown."""
        return not node.private and not (self.seeded and self.behind_mechanism(node))

    def state(self, node: Node) -> str:
        """Return `done`, `cached`, `skipped`, `failed`, `stopped`, `under way` or `not reached`."""
        told = next((e for e in reversed(self.events) if e.get("node") == node.name and e["event"] != "note"), None)
        entry = next((n for n in self.result.get("nodes", []) if n["name"] == node.name), None)
        if told is not None and told["event"] == "node_finished":
            return str(told["status"])
        if told is not None:
            return {"failed": "failed", "unfinished": "under way"}.get(self.status, "stopped")
        if self.status == "unfinished" or entry is None:
            return "not reached"
        # A run that stopped never came to choose the nodes behind the one that it stopped at.
        stopped = {"skipped": "not reached", "failed": "failed" if self.status == "failed" else "stopped"}
        return str(entry["status"]) if self.status == "done" else stopped.get(entry["status"], str(entry["status"]))

    def took(self, node: Node) -> Mapping[str, Any]:
        """Return rows, seconds, requests and tokens of a node; nothing of a private one.

        A node that was kept took nothing this time; what it took when it was made in this run's
        folder stands in an earlier event, and is shown where it has the same rows.
        """
        told = [e for e in self.events if e["event"] == "node_finished" and e.get("node") == node.name]
        if not self.visible(node) or not told:
            return {}
        last = told[-1]
        made = next((e for e in reversed(told) if e["status"] == "done"), None)
        if last["status"] == "cached" and made is not None and made.get("rows") == last.get("rows"):
            last = made
        return {key: last.get(key) for key in TOOK}

    def notes(self, node: Node) -> list[str]:
        """Return the sentences told about a node the last time it was worked at; none about a private one."""
        if node.private:
            return []
        found: list[str] = []
        for event in self.events:
            if event.get("node") == node.name and event["event"] == "node_started":
                found = []
            elif event.get("node") == node.name and event["event"] == "note":
                found.append(str(event["text"]))
        return list(dict.fromkeys(found))

    def counts(self, node: Node) -> Mapping[str, Any] | None:
        """Return how many rows of a dataset went where, step by step."""
        return _json(self._of(node, "datasets", "counts.json"))

    def training(self, node: Node) -> Mapping[str, Any] | None:
        """Return what a pre-training read."""
        return _json(self._of(node, "models", "training.json"))

    def federation(self, node: Node) -> Mapping[str, Any]:
        """Return what stands beside a tuned model: what was charged, and what a search chose."""
        return _json(self._of(node, "models", "federation.json")) or {}

    def coverage(self, node: Node) -> Mapping[str, Any] | None:
        """Return how much of each input a vocabulary knows."""
        return _json(self._of(node, "models", "coverage.json"))

    def examples(self, node: Node) -> list[dict[str, Any]]:
        """Return the first rows of a public dataset, without their ids."""
        folder = self._of(node, "datasets", "")
        shards = sorted(folder.glob("part-*.parquet")) if folder is not None else []
        if not shards or node.label not in {Privacy.PUBLIC, Privacy.DP}:
            return []
        import polars as pl

        try:
            frame = pl.read_parquet(shards[0], n_rows=EXAMPLES)
        except (pl.exceptions.PolarsError, OSError):
            return []
        return frame.select([name for name in frame.columns if not name.startswith("_")]).to_dicts()

    def set_aside(self, node: Node) -> Counter[str]:
        """Return how many rows were set aside for which reason."""
        path = self.folder / "failures" / f"{node.name}.jsonl"
        if not self.visible(node) or not path.exists():
            return Counter()
        return Counter(str(line.get("reason", "no reason was told")) for line in _lines(path))

    def _of(self, node: Node, kind: str, name: str) -> Path | None:
        return self.folder / kind / node.name / name if self.visible(node) else None


def read_facts(folder: Path) -> Facts:
    """Read the folder of a run, however far it came."""
    result = _json(folder / "result.json") or {}
    return Facts(
        folder=folder,
        graph=read_graph(folder / "graph.json"),
        result=result,
        metrics=_json(folder / "metrics.json") or result.get("metrics") or {},
        privacy=_json(folder / "privacy.json") or result.get("privacy") or {},
        events=[event for event in _lines(folder / "events.jsonl") if "event" in event],
    )


def _json(path: Path | None) -> dict[str, Any] | None:
    """Return a JSON object, None where there is none, or only a part of one."""
    try:
        found = None if path is None else json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _lines(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a file of JSON lines; a line that a kill cut short is left out."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    found = []
    for line in text.split("\n"):
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict):
            found.append(value)
    return found
