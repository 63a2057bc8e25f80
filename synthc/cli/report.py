"""`synthc report`: the HTML report of a run; it holds no private row."""

from __future__ import annotations

import argparse

from synthc.cli.runs import add_run, find_run


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_run(parser)


def run(options: argparse.Namespace) -> int:
    """Write the report anew and say where it is."""
    found = find_run(options.run_name)
    from synthc.runtime.page.report import write_report

    print(write_report(found.folder))
    return 0
