"""What a run would take: rows, requests, tokens and the privacy it spends, before anything is bought."""

from __future__ import annotations

import glob
import gzip
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthc.compiler.catalog.model import ADAMW, size_of
from synthc.compiler.graph import Graph, Node, Step
from synthc.compiler.graph.price import FREE, cost, price_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """How many rows there may be; None is unknown before the run."""

    low: int | None
    high: int | None

    def at_most(self, bound: float) -> Amount:
        """Return the amount behind a step that keeps at most so many rows."""
        most = int(bound)
        return Amount(
            low=None if self.low is None else min(self.low, most),
            high=most if self.high is None else min(self.high, most),
        )

    def some(self) -> Amount:
        """Return the amount behind a step that drops rows nobody can count yet."""
        return Amount(low=0, high=self.high)

    def times_unknown(self) -> Amount:
        """Return the amount behind a step that makes an unknown number of rows of each."""
        return Amount(low=0, high=None)

    def scaled(self, share: float) -> Amount:
        """Return a share of the amount."""
        return Amount(
            low=None if self.low is None else round(self.low * share),
            high=None if self.high is None else round(self.high * share),
        )


UNKNOWN = Amount(low=None, high=None)
AMOUNTS = ("requests", "tokens_in", "tokens_out", "seconds", "usd")
AT_ONCE = frozenset({"model", "publish"})
"""Kinds that a run has nothing to do for."""


def plan(graph: Graph, project: Path, done: Mapping[str, bool] | None = None, measured: Mapping[str, Mapping[str, Any]] | None = None) -> dict[str, Any]:
    """Return the plan of a run as one JSON document; private files are never opened.

    `done` says which nodes the store already has, `measured` has what a sample of the rows shows of some
    nodes, in the form of an entry: it stands in place of what can be told without any row.
    """
    from synthc.compiler.graph.privacy_document import privacy_document

    rows: dict[str, Amount] = {}
    nodes = []
    for node in graph.nodes:
        if node.kind != "endpoint":
            amount, calls = _node(node, rows, project)
            rows[node.name] = amount
            finished = (done or {}).get(node.name, False)
            entry = _entry(node, amount, calls, finished=finished) | _sizes(node, graph)
            nodes.append(entry if finished else _priced(entry | dict((measured or {}).get(node.name, {})), node, graph))
    return {
        "nodes": nodes,
        "totals": {key: _total([node[key] for node in nodes if node[key] is not None or node["label"] != "private"]) for key in AMOUNTS},
        "privacy": privacy_document(graph),
        "graph": graph.fingerprint,
    }


def _sizes(node: Node, graph: Graph) -> dict[str, Any]:
    """Return the size of a model, and of the noise that a federation remembers from round to round."""
    from synthc.compiler.graph.spending import vectors

    if node.kind == "model":
        return {"model": _model(node, graph)}
    remembered = vectors(node.settings["dp"], node.settings["rounds"]) if node.kind == "federate" and node.mechanism else 0
    if not remembered:
        return {}
    model = node
    while model.kind != "model":
        model = graph.by_name[model.settings["model"]["node"]]
    size = _model(model, graph)
    return {"noise": {"vectors": remembered, "bytes": None if size is None else remembered * size["bytes"]}}


def _model(node: Node, graph: Graph) -> dict[str, int] | None:
    """Return the size of a model whose vocabulary is full, None of one whose package does not tell."""
    size = size_of(node.settings, graph.by_name[node.settings["vocab"]["node"]].settings)
    if size is None:
        return None
    return {"parameters": size.parameters, "bytes": 4 * size.parameters, "training_bytes": ADAMW * size.parameters, "flops": size.flops}


def amounts(nodes: Iterable[Node], project: Path, counted: Mapping[str, Amount] | None = None) -> dict[str, Amount]:
    """Return the rows of nodes of rows that follow each other; what was `counted` isn't counted again, private files are never opened."""
    known = dict(counted or {})
    for node in nodes:
        if node.name not in known:
            known[node.name], _ = _node(node, known, project)
    return known


def behind(node: Node, known: Mapping[str, Amount]) -> tuple[Amount, ...]:
    """Return the rows behind each step of a node."""
    amount, found = _start(node, known), []
    for step in node.steps:
        amount = BEHIND.get(step.verb, _unknown)(amount, step)
        found.append(amount)
    return tuple(found)


def _priced(entry: dict[str, Any], node: Node, graph: Graph) -> dict[str, Any]:
    """Return an entry with its price, where the endpoints that the node asks have one and its tokens are known."""
    asks = {step.settings["endpoint"]["node"] for step in node.steps if step.verb == "ask"}
    if asks and all(price_of(graph.by_name[name]) == FREE for name in asks):
        return {**entry, "usd": 0}
    if not asks or entry["tokens_in"] is None or entry["tokens_out"] is None:
        return entry
    prices = [price_of(graph.by_name[name]) for name in asks]
    if len(prices) == 1:
        return {**entry, "usd": cost(prices[0], entry["tokens_in"], entry["tokens_out"])}
    return {**entry, "usd": None}


def _total(values: list[Any]) -> Any:
    return None if any(value is None for value in values) else sum(values)


def _entry(node: Node, amount: Amount, calls: list[Amount], *, finished: bool) -> dict[str, Any]:
    asks = [step for step in node.steps if step.verb == "ask"]
    requests: Any = 0
    tokens_out: Any = 0
    for step, rows in zip(asks, calls, strict=True):
        requests = None if rows.high is None or requests is None else requests + rows.high
        most = step.settings["prompt"]["max_output"]
        tokens_out = None if requests is None or tokens_out is None else tokens_out + (rows.high or 0) * most
    private = node.private
    return {
        "name": node.name,
        "kind": node.kind,
        "label": node.label.value,
        "rows": {"low": None if private else amount.low, "likely": amount.low if amount.low == amount.high and not private else None, "high": None if private else amount.high},
        "requests": 0 if finished else requests,
        "tokens_in": 0 if finished or not asks else None,
        "tokens_out": 0 if finished else tokens_out,
        "seconds": 0 if finished or node.kind in AT_ONCE else None,
        "usd": 0 if finished or not asks else None,
        "cached": amount.high if finished and not private else 0,
    }


def _node(node: Node, known: Mapping[str, Amount], project: Path) -> tuple[Amount, list[Amount]]:
    if node.kind == "source":
        return (UNKNOWN if node.private else _source(node, project)), []
    if node.kind == "mix":
        parts = [known[part["of"]["node"]] for part in node.settings["parts"]]
        return Amount(low=None, high=None if any(p.high is None for p in parts) else sum(p.high or 0 for p in parts)), []
    if node.kind == "measure":
        return _grid({"domain": node.settings["domain"]}, known), []
    if node.kind not in {"filter", "transform", "generate"}:
        return Amount(low=0, high=0), []
    amount = _start(node, known)
    calls = []
    for step in node.steps:
        if step.verb == "ask":
            calls.append(amount)
        amount = BEHIND.get(step.verb, _unknown)(amount, step)
    return amount, calls


def _start(node: Node, known: Mapping[str, Amount]) -> Amount:
    return _grid(node.settings["grid"], known) if "grid" in node.settings else known[node.settings["from"]["node"]]


def _grid(slots: Mapping[str, Any], known: Mapping[str, Amount]) -> Amount:
    cells: int | None = 1
    for slot in slots.values():
        if "list" in slot:
            size: int | None = len(slot["list"])
        elif "range" in slot:
            size = slot["range"][1] - slot["range"][0] + 1
        else:
            size = known[slot["column"][0]["node"]].high
        cells = None if cells is None or size is None else cells * size
    return Amount(low=cells, high=cells)


def _same(amount: Amount, _: Step) -> Amount:
    return amount


def _bounded(amount: Amount, step: Step) -> Amount:
    if "weigh" in step.settings:  # of a value with few rows there are fewer than its share
        return _bounded(amount, Step(verb=step.verb, settings={k: v for k, v in step.settings.items() if k != "weigh"}, place=step.place)).some()
    if "count" in step.settings:
        return amount.at_most(step.settings["count"])
    return amount.scaled(step.settings["share"]) if step.verb == "sample" else amount.some()


def _unknown(amount: Amount, _: Step) -> Amount:
    return amount.times_unknown()


BEHIND: Mapping[str, Callable[[Amount, Step], Amount]] = {
    **dict.fromkeys(("let", "ask", "select", "redact", "shuffle"), _same),
    "where": lambda amount, _: amount.some(),
    "dedup": lambda amount, _: amount.some(),
    "decontaminate": lambda amount, _: amount.some(),
    "spread": lambda amount, _: amount.some(),
    "repeat": lambda amount, step: amount.scaled(step.settings["count"]),
    "explode": lambda amount, _: amount.times_unknown(),
    "chunk": lambda amount, _: amount.times_unknown(),
    "take": _bounded,
    "sample": _bounded,
    "top": _bounded,
}


def _source(node: Node, project: Path) -> Amount:
    """Count the lines of a public source's files; Parquet and the Hub are not opened."""
    reader = node.settings["reader"]
    if reader["kind"] != "files":
        return UNKNOWN
    total = 0
    for pattern in reader["paths"]:
        for path in sorted(glob.glob(str(project / pattern), recursive=True)):  # noqa: PTH207 - a pattern may be absolute
            lines = _lines(Path(path))
            if lines is None:
                return UNKNOWN
            total += lines
    return Amount(low=0, high=total) if total else UNKNOWN


def _lines(path: Path) -> int | None:
    if path.suffix == ".parquet":
        return None
    try:
        if path.suffix == ".gz":
            with gzip.open(path, "rb") as packed:
                return sum(1 for _ in packed)
        with path.open("rb") as file:
            return sum(1 for _ in file)
    except OSError:
        return None
