"""`synthc lock`: writes what the data of the last run depends on, so that `run --replay` can rebuild it."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from synthc.cli.graphs import add_spec, ready


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_spec(parser)
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="the seed of the run; 0 if left out")
    parser.add_argument("--json", action="store_true", help="print the lock as well")


def run(options: argparse.Namespace) -> int:
    """Write the lock beside the spec."""
    from synthc.runtime.lock import lock_document, lock_path

    graph = ready(options).graph
    document = lock_document(graph, Path(), seed=options.seed)
    path = lock_path(Path(), graph)
    text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    waiting = path.with_name(f"{path.name}.writing")
    waiting.write_text(text, encoding="utf-8")
    waiting.replace(path)
    datasets = len(document["datasets"])
    print(text if options.json else f"{path}: {datasets:,} dataset{'s' * (datasets != 1)}, {document['calls']:,} calls\n", end="")
    return 0
