"""The commands of `synthc`, from what their `--help` is made of."""

from __future__ import annotations

import argparse
from importlib import import_module

from docs.builders.markdown import built, code, paragraph, table
from synthc.cli.main import COMMANDS

INTRODUCTION = """\
# Commands

Names, exit codes and JSON keys are promises. Text is for people, and coloured on a terminal only (`NO_COLOR` is honoured); `--json`, where a command has it,
prints one document. A command takes a spec, or a folder with `-C`; with neither it takes the only `.synth` of the folder that no other there imports.

| exit code | what it means |
|---|---|
| 0 | done |
| 1 | findings, failed tests, a failed `require`, too many failed rows, or a privacy charge that was refused |
| 2 | wrong usage, input that can't be read, or malformed input past the threshold |
| 3 | a fault outside, such as a full disk or an endpoint that is gone; the same command goes on from there |
| 70 | a mistake in synthc itself |
| 130 | interrupted; the same command goes on from there |
"""


def commands() -> dict[str, str]:
    """Return the one page of all commands."""
    parts = [INTRODUCTION, *(_command(name, help_, file) for name, help_, file in COMMANDS)]
    return {"commands/README.md": built("\n\n".join(part.strip() for part in parts), "synthc/cli")}


def _command(name: str, help_: str, file: str) -> str:
    parser = argparse.ArgumentParser(prog=f"synthc {name}", add_help=False)
    module = import_module(f"synthc.cli.{file}")
    module.add(parser)
    rows = [[_spelling(action), _meaning(action)] for action in parser._actions if action.help != argparse.SUPPRESS]
    what = paragraph((module.__doc__ or "").partition("\n\n")[2])
    parts = [f"## {name}", f"{help_[0].upper()}{help_[1:]}.", what, table(["argument", "what it is"], rows) if rows else ""]
    return "\n\n".join(part for part in parts if part)


def _spelling(action: argparse.Action) -> str:
    if not action.option_strings:
        return code(str(action.metavar or action.dest))
    value = action.metavar or ("" if action.nargs == 0 else "|".join(map(str, action.choices or ())) or action.dest.upper())
    return code(f"{action.option_strings[-1]} {value}".strip())


def _meaning(action: argparse.Action) -> str:
    help_ = action.help or ""
    shown = "" if action.default in (None, False, argparse.SUPPRESS, [], frozenset()) else f" (by default {code(str(action.default))})"
    return f"{help_}{shown}"
