"""Finds a run's folder, and keeps its private part from whoever should not see it."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

from synthc.compiler.graph import Graph
from synthc.compiler.graph.encoding import read_graph
from synthc.runtime.errors import InputError

RUNS = Path("runs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run's folder and its graph."""

    folder: Path
    graph: Graph


def add_run(parser: argparse.ArgumentParser) -> None:
    """Add the argument that names a run."""
    parser.add_argument("run_name", metavar="RUN", help="the folder of a run, or the beginning of its name")


def find_run(name: str) -> Run:
    """Return the run that is named by its folder, or by the beginning of its name if only one begins so."""
    for folder in (Path(name), RUNS / name):
        if (folder / "graph.json").is_file():
            return Run(folder=folder, graph=read_graph(folder / "graph.json"))
    there = sorted(path.parent for path in RUNS.glob("*/graph.json"))
    found = [folder for folder in there if folder.name.startswith(name)]
    if len(found) == 1:
        return Run(folder=found[0], graph=read_graph(found[0] / "graph.json"))
    listed = ", ".join(folder.name for folder in found or there)
    if found:
        raise InputError(f"several runs begin with `{name}`: {listed}; say which one")
    raise InputError(f"there is no run `{name}`" + (f"; there are {listed}" if there else "; `synthc run` makes one"))


def allow_private(asked: bool, name: str) -> None:  # noqa: FBT001 - the answer to one question
    """Refuse private rows, unless asked for by a person at a terminal."""
    if not asked:
        raise InputError(f"`{name}` is private, and its rows are not shown; say `--private` at a terminal if you may see them")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise InputError(f"`{name}` is private, and `--private` shows it at a terminal alone, never to a file or another program")
