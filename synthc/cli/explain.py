"""`synthc explain RULE`: the page of a finding."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator

from synthc.cli.table import table
from synthc.cli.terminal import coloured
from synthc.compiler.pages import names, page, summary
from synthc.compiler.suggest import closest
from synthc.runtime.errors import InputError

BOLD, RED, GREEN, CYAN, PLAIN = "\x1b[1m", "\x1b[1;31m", "\x1b[1;32m", "\x1b[36m", "\x1b[0m"
COLOURS = {"wrong": RED, "right": GREEN}
STYLE = re.compile(r"\x1b\[[0-9;]*m")


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("rule", nargs="?", metavar="RULE", help="what stands in the brackets of a finding; all rules if left out")


def run(options: argparse.Namespace) -> int:
    """Print a page, or what there is."""
    shown = _listed() if options.rule is None else explained(options.rule)
    print(shown if coloured(sys.stdout) else STYLE.sub("", shown), end="")
    return 0


def _listed() -> str:
    return table([[name, summary(page(name) or "")] for name in names()])


def explained(rule: str) -> str:
    """Return the page of a rule as a terminal shows it.

    Raises:
        InputError: there is no such rule.
    """
    text = page(rule)
    if text is None:
        raise no_rule(rule)
    return f"{BOLD}{rule}{PLAIN}\n\n" + "".join(f"{line}\n" for line in _lines(text.strip()))


def _lines(text: str) -> Iterator[str]:
    """Yield the lines of a page; examples stand indented behind a word of what they are."""
    within = False
    for line in text.split("\n"):
        if line.startswith("```"):
            within = not within
            if within:
                head, _, options = line.removeprefix("```synth ").partition(" ")
                yield f"{COLOURS.get(head, CYAN)}{head}{PLAIN}{f' with {options}' if options else ''}:"
                yield ""
        elif within:
            yield f"    {line}".rstrip()
        else:
            yield re.sub(r"`([^`]+)`", rf"{CYAN}`\1`{PLAIN}", line)


def no_rule(name: str) -> InputError:
    """Return the error for a name that no rule has."""
    meant = closest(name, names())
    return InputError(f"there is no rule `{name}`; " + (f"did you mean `{meant}`?" if meant else "`synthc explain` lists them"))
