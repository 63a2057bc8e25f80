"""`synthc retry`: only the rows of a run that were set aside for want of an answer, and what depends on them."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from synthc.cli.endpoints import add_endpoint, endpoints_of
from synthc.cli.run import ask_to_spend, carry_out, finish
from synthc.cli.runs import add_run, find_run


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_run(parser)
    parser.add_argument("name", nargs="?", metavar="NAME", help="the rows of one node; of all that ask if left out")
    add_endpoint(parser)
    parser.add_argument("--yes", action="store_true", help="do not ask where other rows than before spend privacy again")
    parser.add_argument("--json", action="store_true", help="print what the run came to as JSON")


def run(options: argparse.Namespace) -> int:
    """Ask again, with other seeds where an answer could not be read, and show what came of it."""
    from synthc.runtime.retry import options_of, retried

    found = find_run(options.run_name)
    names = retried(found.graph, found.folder, options.name)
    settings = options_of(Path.cwd(), found.folder, names, endpoints_of(options.endpoint, found.graph))
    if not options.yes:
        settings = replace(settings, consent=lambda mechanisms: ask_to_spend("the rows have changed, and going on", mechanisms))
    return finish(carry_out(found.graph, settings), as_json=options.json)
