"""The command `synthc`: which commands there are, and what they share."""

from __future__ import annotations

import argparse
import atexit
import contextlib
import gc
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from synthc import __version__

COMMANDS = (
    ("init", "make a project that runs", "init"),
    ("check", "show all findings of specs", "check"),
    ("lint", "the same as check", "check"),
    ("fmt", "bring specs into their canonical form", "fmt"),
    ("compile", "turn a spec into a graph", "compile"),
    ("plan", "show what a run would do and spend", "plan"),
    ("run", "carry a spec or graph out", "run"),
    ("retry", "ask again about the rows of a run that were set aside", "retry"),
    ("lock", "write what the data of a run depends on", "lock"),
    ("ledger", "list, export, prune or rescue the calls that were made", "ledger"),
    ("test", "run the tests of prompts", "test"),
    ("show", "look into a run: rows, models, metrics", "show"),
    ("export", "write a model in another format, or an app for real devices", "export"),
    ("publish", "push a dataset or model to the Hub with its card", "publish"),
    ("report", "write the HTML report of a run", "report"),
    ("serve", "answer TGI's API from the bundled model", "serve"),
    ("lsp", "serve editors: the language server, over stdio", "lsp"),
    ("explain", "show the page of a finding", "explain"),
    ("doctor", "show what is installed, reachable or missing", "doctor"),
)
"""Name, what it does, and the file of this folder where it stands."""

BRIEF = frozenset({"check", "lint", "fmt", "compile", "plan", "explain"})
"""Commands that are over before garbage would be worth looking for."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    # Start-up is a feature: pydantic would search every installed package for plugins, there is no garbage worth
    # collecting before the first thousand objects of many are made, and at the end everything goes with the process.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    gc.set_threshold(100_000)
    atexit.register(gc.freeze)
    try:
        code = _command(sys.argv[1:] if argv is None else argv)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read the output has seen enough
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (Exception, KeyboardInterrupt) as raised:  # noqa: BLE001 - a traceback is for our own mistakes, and says so
        from synthc.cli.problem import problem

        return problem(raised)
    return code


def _command(argv: Sequence[str]) -> int:
    outer = _outer()
    chosen = outer.parse_args(argv)
    known = {name: (help_, file) for name, help_, file in COMMANDS}
    if chosen.command is None:
        outer.print_help(sys.stderr)
        return 2
    if chosen.command not in known:
        from difflib import get_close_matches

        close = get_close_matches(chosen.command, known, 1)
        outer.error(f"there is no command `{chosen.command}`" + (f"; did you mean `{close[0]}`?" if close else "; `synthc --help` lists them"))
    help_, file = known[chosen.command]
    command = import_module(f"synthc.cli.{file}")
    parser = argparse.ArgumentParser(prog=f"synthc {chosen.command}", description=f"{help_[0].upper()}{help_[1:]}.", allow_abbrev=False)
    parser.add_argument("-C", dest="folder", metavar="DIR", default=chosen.folder, help="work in this folder")
    command.add(parser)
    options, strange = parser.parse_known_args(chosen.rest)
    if strange:
        parser.error(_strange(strange, parser))
    if chosen.command in BRIEF:
        gc.disable()
    try:
        with contextlib.chdir(Path(options.folder)):
            return int(command.run(options))
    finally:
        gc.enable()


def _strange(words: list[str], parser: argparse.ArgumentParser) -> str:
    from difflib import get_close_matches

    option = words[0].partition("=")[0]
    if not option.startswith("-"):
        return f"nothing is expected where `{words[0]}` stands"
    close = get_close_matches(option, [name for action in parser._actions for name in action.option_strings], 1)
    return f"there is no option `{option}`" + (f"; did you mean `{close[0]}`?" if close else "; `--help` lists them")


def _outer() -> argparse.ArgumentParser:
    wide = max(len(name) for name, _, _ in COMMANDS)
    listed = "\n".join(f"  {name:<{wide}}  {help_}" for name, help_, _ in COMMANDS)
    parser = argparse.ArgumentParser(
        prog="synthc",
        usage="synthc [-C DIR] COMMAND ...",
        description="Train small on-device language models under privacy, from one spec.",
        epilog=f"commands:\n{listed}\n\n`synthc COMMAND --help` says more.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("-C", dest="folder", metavar="DIR", default=".", help="work in this folder")
    parser.add_argument("--version", action="version", version=f"synthc {__version__}")
    parser.add_argument("command", nargs="?", help=argparse.SUPPRESS)
    parser.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return parser
