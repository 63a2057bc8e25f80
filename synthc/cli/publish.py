"""`synthc publish`: pushes what a spec publishes to the Hub, with its card; asks first."""

from __future__ import annotations

import argparse
import sys

from synthc.cli.runs import add_run, find_run
from synthc.compiler.verify import verify
from synthc.runtime.errors import InputError


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_run(parser)
    parser.add_argument("name", nargs="?", metavar="NAME", help="a dataset or model; all that the spec publishes if left out")
    parser.add_argument("--card", action="store_true", help="print the card and push nothing")
    parser.add_argument("--yes", action="store_true", help="do not ask")


def run(options: argparse.Namespace) -> int:
    """Publish, after showing what goes where."""
    found = find_run(options.run_name)
    verify(found.graph)
    from synthc.runtime.publish.publish import Publication, publications

    wanted: list[Publication] = publications(found.folder, found.graph, options.name)
    if options.card:
        print("\n".join(each.card for each in wanted), end="")
        return 0
    for each in wanted:
        size = f"{each.rows:,} rows" if each.rows is not None else "a model"
        print(f"{each.name}: {size}, {len(each.files) + 1} files with its card, to {each.url}", file=sys.stderr)
    if not options.yes:
        _ask()
    from synthc.runtime.publish.push import push

    for each in wanted:
        print(f"{each.name}: {push(each)}")
    return 0


def _ask() -> None:
    """Ask before anything leaves this machine."""
    if not sys.stdin.isatty():
        raise InputError("publishing shows this to everybody who may read there; say `--yes` if that is meant")
    print("everybody who may read there will see it. Go on? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().casefold() not in {"y", "yes"}:
        raise InputError("nothing was published")
