"""`synthc compile`: spec to graph; the same inputs give the same bytes."""

from __future__ import annotations

import argparse
from pathlib import Path

from synthc.cli.graphs import add_spec, compiled, write
from synthc.cli.params import params_of
from synthc.cli.specs import choose


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_spec(parser, graphs=False, kept=False)
    parser.add_argument("-o", dest="output", metavar="FILE", type=Path, help="where the graph goes; build/NAME.graph.json if left out")


def run(options: argparse.Namespace) -> int:
    """Compile and write."""
    made = compiled(choose(options.spec, graphs=False), params_of(options.set))
    place = write(made, options.output)
    print(f"{place}: {len(made.graph.nodes)} nodes, {made.graph.fingerprint}")
    return 0
