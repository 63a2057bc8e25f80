"""`synthc plan`: what a run would do, take and spend; it buys nothing and opens no private file."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthc.cli.asked_again import asked_again
from synthc.cli.endpoints import add_endpoint, endpoints_of
from synthc.cli.graphs import add_spec, ready
from synthc.cli.ledger_lines import ledger_lines
from synthc.cli.plan_models import plan_models
from synthc.cli.saved import saved, saved_lines
from synthc.cli.table import number, spoken, table
from synthc.compiler.estimate import amounts, plan
from synthc.compiler.graph import Graph
from synthc.compiler.graph.price import price_of
from synthc.runtime.errors import ChargeRefused, InputError

if TYPE_CHECKING:
    from synthc.runtime.outlook import Outlook
    from synthc.runtime.run import Foreseen

UNKNOWN = (
    ("tokens_in", "tokens read: they depend on rows that nobody has seen yet"),
    ("tokens_out", "tokens written: they depend on rows that nobody can count yet"),
    ("requests", "requests: they depend on rows that nobody can count yet"),
    ("seconds", "time: {names} did not run here as they are now; what took how long is known after a run"),
)
"""Why a total may not be known before the run."""
HINT = "`--sample` carries the steps out on some of their rows, which buys nothing, takes about a minute and tells rows, tokens and time closely"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_spec(parser)
    add_endpoint(parser)
    parser.add_argument("--sample", action="store_true", help="carry public nodes out on a sample of their rows, which takes a while and narrows the estimates")
    parser.add_argument("--json", action="store_true", help="print the plan as JSON")


def run(options: argparse.Namespace) -> int:
    """Show the plan."""
    made = ready(options)
    graph = made.graph
    found = _foreseen(graph, options)
    done = found.done if found else {}

    troubles: dict[str, str] = {}

    def planned(of: Graph) -> tuple[dict[str, Any], list[str]]:
        measured = _measured(of, done, endpoints_of(options.endpoint, of), troubles) if options.sample else {}
        document = plan(of, Path(), done, {name: entry for name, (entry, _) in measured.items()})
        return document, [note for _, notes in measured.values() for note in notes]

    document, known = planned(graph)
    document["missing"] = list(_missing_files(graph))
    document["passes"] = saved(made.rewrites, lambda of: planned(of)[0])
    for name, source in document["privacy"].items():
        _add_lifetime(graph, name, source, done)
    outlooks = _outlooks(graph)
    for node in document["nodes"]:
        if outlook := outlooks.get(node["name"]):
            node["asks"] = {"answered": outlook.cached, "reasons": dict(outlook.reasons)}
    document["refused"] = found.refused if found else None
    if options.json:
        print(json.dumps(document, indent=1, ensure_ascii=False))
    else:
        notes = (known, list(saved_lines(document["passes"])), list(plan_models(document)), list(_notes(document, graph)))
        hint = [HINT] if not options.sample and any(step.verb == "ask" for node in graph.nodes if not done.get(node.name) for step in node.steps) else []
        doubt = list(_doubts(found)) if found else []
        stops = [f"`run` would stop: {sentence}" for sentence in dict.fromkeys((*document["missing"], *troubles.values()))]
        blocks = (_nodes(document, done).splitlines(), stops, *notes, list(asked_again(outlooks)), list(ledger_lines(document["privacy"])), doubt, hint)
        print("\n\n".join("\n".join(block) for block in blocks if block))
    if document["refused"]:
        raise ChargeRefused(f"`run` will refuse this: {document['refused']}")
    return 0


def _measured(graph: Graph, done: Mapping[str, bool], endpoints: Mapping[str, str], troubles: dict[str, str]) -> dict[str, tuple[dict[str, Any], tuple[str, ...]]]:
    """Return what a sample of public rows and earlier runs show of the nodes, and how it is known."""
    from synthc.runtime.rehearsal.rehearse import rehearse
    from synthc.runtime.rehearsal.trained import trained

    counted = amounts([node for node in graph.nodes if node.kind == "source"], Path())
    wanted = any(step.verb for node in graph.nodes if not done.get(node.name) for step in node.steps)
    found = rehearse(graph, Path(), counted={name: rows.high for name, rows in counted.items() if rows.high}, overrides=endpoints, troubles=troubles) if wanted else {}
    for name in [name for name in troubles if done.get(name)]:
        del troubles[name]
    entries: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {}
    for name, seen in found.items():
        rows = {"low": seen.rows[0], "likely": seen.likely, "high": seen.rows[1]}
        entry = {"rows": rows, "requests": seen.requests, "tokens_in": seen.tokens_in, "tokens_out": seen.tokens_out, "seconds": seen.seconds}
        entries[name] = (entry, () if done.get(name) else seen.notes)
    for name, seconds in trained(graph, Path()).items():
        entries[name] = ({"seconds": seconds}, ())
    return entries


def _foreseen(graph: Graph, options: argparse.Namespace) -> Foreseen | None:
    if not Path(".synth").is_dir():
        return None
    from synthc.runtime.run import Options, foreseen

    return foreseen(graph, Options(project=Path.cwd(), endpoints=endpoints_of(options.endpoint, graph)))


def _missing_files(graph: Graph) -> Iterator[str]:
    """Yield what a run says of sources without a file on this machine; no file is opened."""
    from synthc.runtime.sources.files import find_files

    for node in graph.nodes:
        if node.kind == "source" and node.settings["reader"]["kind"] == "files":
            try:
                find_files(node.settings["reader"], Path(), node.place)
            except InputError as problem:
                yield str(problem)


def _outlooks(graph: Graph) -> Mapping[str, Outlook]:
    if not (Path(".synth") / "ledger.sqlite").exists():
        return {}
    from synthc.runtime.run import Options, outlooks

    return outlooks(graph, Options(project=Path.cwd()))


def _add_lifetime(graph: Graph, name: str, source: dict[str, Any], done: Mapping[str, bool]) -> None:
    """Add what these people spent over all runs, and what it would come to with this one."""
    from synthc.compiler.graph.accounting import epsilon
    from synthc.compiler.graph.spending import event
    from synthc.runtime.federated.charges import charged_events

    delta = graph.budgets.get(name, {}).get("delta")
    if delta is None or source["population_is"] == "simulated":
        return
    before = charged_events(Path(), source["people"])
    new = [mechanism for mechanism in source["mechanisms"] if not done.get(mechanism["node"])]
    after = [*before, *(event(graph.by_name[m["node"]].settings["dp"], m["rounds_planned"]) for m in new)]
    source["lifetime_epsilon"] = epsilon(before, delta) if before else 0.0
    source["lifetime_epsilon_after"] = epsilon(after, delta) if after else 0.0


def _doubts(found: Foreseen) -> Iterator[str]:
    if found.touched:
        yield f"a file of {_named(found.touched)} is new or was touched: what rests on it may be there already, which `run` finds out by reading it"
    if found.doubt:
        yield f"  if it has changed, `run` will refuse this: {found.doubt}"


def _nodes(document: Mapping[str, Any], done: Mapping[str, bool]) -> str:
    rows = [["node", "kind", "label", "rows", "requests", "tokens in", "tokens out", "time", "usd", ""]]
    for node in document["nodes"]:
        finished = "done" if done.get(node["name"]) else ""
        rows.append([node["name"], node["kind"], node["label"], _rows(node), *_amounts(node), finished])
    totals = document["totals"]
    rows.append(["total", "", "", "", number(totals["requests"]), number(totals["tokens_in"]), number(totals["tokens_out"]), spoken(totals["seconds"]), number(totals["usd"]), ""])
    return table(rows, right="lllrrrrrrl")


def _amounts(node: Mapping[str, Any]) -> list[str]:
    if node["label"] == "private":
        return ["", "", "", "", ""]
    return [*(_some(node[key]) for key in ("requests", "tokens_in", "tokens_out")), "" if node["seconds"] == 0 else spoken(node["seconds"]), _some(node["usd"])]


def _rows(node: Mapping[str, Any]) -> str:
    low, likely, high = (node["rows"][key] for key in ("low", "likely", "high"))
    if node["label"] == "private":
        return "private"
    if low == high == 0:
        return ""
    if low == high and low is not None:
        return number(low)
    if high is None:
        return "-"
    if likely is not None:
        return f"about {number(likely)} ({number(low)} to {number(high)})"
    return f"{number(low)} to {number(high)}" if low else f"up to {number(high)}"


def _some(value: float | None) -> str:
    return "" if value == 0 else number(value)


def _notes(document: Mapping[str, Any], graph: Graph) -> Iterator[str]:
    unknown = [why.format(names=_missing(document, key)) for key, why in UNKNOWN if document["totals"][key] is None]
    unknown += [_money(document, graph)] if document["totals"]["usd"] is None else []
    if unknown:
        yield "not known before the run:"
        yield from (f"  {why}" for why in unknown)


def _missing(document: Mapping[str, Any], key: str) -> str:
    return _named(node["name"] for node in document["nodes"] if node[key] is None and node["label"] != "private")


def _money(document: Mapping[str, Any], graph: Graph) -> str:
    nodes = [graph.by_name[node["name"]] for node in document["nodes"] if node["usd"] is None]
    asked = [step.settings["endpoint"]["node"] for node in nodes for step in node.steps if step.verb == "ask"]
    silent = [name for name in asked if price_of(graph.by_name[name]) is None]
    return f"money: say what {_named(silent)} asks for, as `price = {{ input = 0.15, output = 0.6 }}`" if silent else "money: it depends on tokens that nobody has counted yet"


def _named(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in dict.fromkeys(names))
