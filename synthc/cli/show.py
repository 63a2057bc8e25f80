"""`synthc show`: rows of a dataset, settings of a model, numbers of an evaluation."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from synthc.cli.results import metrics
from synthc.cli.runs import Run, add_run, allow_private, find_run
from synthc.cli.table import table
from synthc.compiler.graph import Node
from synthc.compiler.graph.written import literal
from synthc.runtime.errors import InputError


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_run(parser)
    parser.add_argument("name", nargs="?", metavar="NAME", help="a dataset, model or evaluation; a list of all if left out")
    parser.add_argument("--rows", type=int, default=10, metavar="N", help="how many rows; 10 if left out")
    parser.add_argument("--where", metavar="EXPR", help="only rows for which this holds, such as `words(text) > 5`")
    parser.add_argument("--private", action="store_true", help="show private rows too, at a terminal alone")


def run(options: argparse.Namespace) -> int:
    """Show one thing of a run, or what there is."""
    found = find_run(options.run_name)
    if options.name is None:
        print(_listed(found), end="")
        return 0
    node = found.graph.by_name.get(options.name)
    if node is None:
        close = get_close_matches(options.name, found.graph.by_name, 1)
        raise InputError(f"{found.folder}: nothing is called `{options.name}`" + (f"; did you mean `{close[0]}`?" if close else ""))
    if options.where is not None and not node.columns:
        raise InputError(f"`--where` has no effect on `{node.name}`, which has no rows")
    for line in _shown(found, node, options):
        print(line)
    return 0


def _listed(found: Run) -> str:
    rows = [["name", "kind", "label", "where"]]
    for node in found.graph.nodes:
        place = _place(found, node)
        rows.append([node.name, node.kind, node.label.value, "" if place is None else str(place)])
    return table(rows)


def _place(found: Run, node: Node) -> Path | None:
    """Return where the run's folder has an artefact; under `private` if it may not be shown."""
    kind = "datasets" if node.columns else "models"
    places = (found.folder / kind / node.name, found.folder / "private" / kind / node.name)
    return next((place for place in places if place.is_dir()), None)


def _shown(found: Run, node: Node, options: argparse.Namespace) -> Iterator[str]:
    if node.kind == "evaluate":
        yield from _numbers(found, node)
        return
    place = _place(found, node)
    if place is None and (node.columns or node.kind in {"vocab", "pretrain", "federate"}):
        raise InputError(f"{found.folder}: `{node.name}` was not made yet; `synthc run` goes on with it")
    if place is not None and (node.private or "private" in place.relative_to(found.folder).parts):
        allow_private(options.private, node.name)
    if node.columns and place is not None:
        yield from _rows(node, place, options)
    else:
        yield from _settings(node, place)


def _numbers(found: Run, node: Node) -> Iterator[str]:
    path = found.folder / "metrics.json"
    numbers = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    if node.name not in numbers:
        raise InputError(f"{found.folder}: `{node.name}` was not evaluated yet; `synthc run` goes on with it")
    yield from metrics(node.name, numbers[node.name])


def _rows(node: Node, place: Path, options: argparse.Namespace) -> Iterator[str]:
    from synthc.cli.rows_shown import rows_shown

    condition = None
    if options.where is not None:
        from synthc.cli.where import condition as checked

        condition = checked(options.where, node.columns)
    yield from rows_shown(place, max(1, options.rows), condition)


def _settings(node: Node, place: Path | None) -> Iterator[str]:
    yield f"{node.name}: {node.kind}, declared at {node.place}"
    for key, value in node.settings.items():
        shown = value["node"] if isinstance(value, dict) and set(value) == {"node"} else literal(value)
        yield f"  {key} = {shown}"
    for path in sorted(place.rglob("*")) if place is not None else ():
        if path.is_file():
            yield f"  {path} ({path.stat().st_size:,} bytes)"
