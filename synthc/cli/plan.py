"""`synthc plan`: what a run would do, take and spend; it buys nothing and opens no private file."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from synthc.cli.graphs import add_spec, ready
from synthc.cli.ledger_lines import ledger_lines
from synthc.cli.table import number, table
from synthc.compiler.estimate import plan
from synthc.compiler.graph import Graph

UNKNOWN = (
    ("tokens_in", "tokens read: they depend on the rows, and on the tokenizer of who answers"),
    ("tokens_out", "tokens written: they depend on rows that nobody can count yet"),
    ("requests", "requests: they depend on rows that nobody can count yet"),
    ("seconds", "time: it depends on this machine and on who answers"),
    ("usd", "money: no spec says what an endpoint asks for"),
)
"""Why a total may not be known before the run."""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_spec(parser)
    parser.add_argument("--json", action="store_true", help="print the plan as JSON")


def run(options: argparse.Namespace) -> int:
    """Show the plan."""
    graph = ready(options).graph
    done = _done(graph)
    document = plan(graph, Path(), done)
    for name, source in document["privacy"].items():
        _add_lifetime(graph, name, source, done)
    if options.json:
        print(json.dumps(document, indent=1, ensure_ascii=False))
    else:
        blocks = (_nodes(document, done).splitlines(), list(_notes(document)), list(ledger_lines(document["privacy"])))
        print("\n\n".join("\n".join(block) for block in blocks if block))
    return 0


def _done(graph: Graph) -> Mapping[str, bool]:
    if not Path(".synth").is_dir():
        return {}
    from synthc.runtime.run import Options, finished

    return finished(graph, Options(project=Path.cwd()))


def _add_lifetime(graph: Graph, name: str, source: dict[str, Any], done: Mapping[str, bool]) -> None:
    """Add what these people spent over all runs, and what it would come to with this one."""
    from synthc.compiler.graph.accounting import SubsampledGaussian, epsilon
    from synthc.runtime.federated.charges import charged_events

    delta = graph.budgets.get(name, {}).get("delta")
    if delta is None or source["population_is"] == "simulated":
        return
    before = charged_events(Path(), source["people"])
    new = [mechanism for mechanism in source["mechanisms"] if not done.get(mechanism["node"])]
    after = [*before, *(SubsampledGaussian(sampling=m["q"], noise=m["noise"], rounds=m["rounds_planned"]) for m in new)]
    source["lifetime_epsilon"] = epsilon(before, delta) if before else 0.0
    source["lifetime_epsilon_after"] = epsilon(after, delta) if after else 0.0


def _nodes(document: Mapping[str, Any], done: Mapping[str, bool]) -> str:
    rows = [["node", "kind", "label", "rows", "requests, at most", "tokens out, at most", ""]]
    for node in document["nodes"]:
        finished = "done" if done.get(node["name"]) else ""
        rows.append([node["name"], node["kind"], node["label"], _rows(node), _some(node["requests"]), _some(node["tokens_out"]), finished])
    totals = document["totals"]
    rows.append(["total", "", "", "", number(totals["requests"]), number(totals["tokens_out"]), ""])
    return table(rows, right="lllrrrl")


def _rows(node: Mapping[str, Any]) -> str:
    low, high = node["rows"]["low"], node["rows"]["high"]
    if node["label"] == "private":
        return "private"
    if low == high == 0:
        return ""
    if low == high and low is not None:
        return number(low)
    return f"up to {number(high)}" if high is not None else "-"


def _some(value: int | None) -> str:
    return "" if value == 0 else number(value)


def _notes(document: Mapping[str, Any]) -> Iterator[str]:
    unknown = [why for key, why in UNKNOWN if document["totals"][key] is None]
    if unknown:
        yield "not known before the run:"
        yield from (f"  {why}" for why in unknown)
