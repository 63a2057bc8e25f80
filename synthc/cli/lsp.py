"""`synthc lsp`: the language server, over stdin and stdout."""

from __future__ import annotations

import argparse
import gc
import sys


def add(parser: argparse.ArgumentParser) -> None:
    """Take what editors say by habit."""
    parser.add_argument("--stdio", action="store_true", help="talk over stdin and stdout, which is done anyway")


def run(options: argparse.Namespace) -> int:
    """Serve until the editor leaves; what anything else prints goes to stderr."""
    from synthc import __version__
    from synthc.lsp.server import serve

    del options
    if sys.stdin.isatty():
        print("this talks to an editor, which starts it by itself; Ctrl-C ends it", file=sys.stderr)
    stdout, sys.stdout = sys.stdout, sys.stderr
    # What was imported stays for good, and looking through it again and again would be felt while typing.
    gc.freeze()
    # A stream of its own: a thread that still reads from `sys.stdin` when an interrupt ends us would bring the end down.
    stdin = open(sys.stdin.fileno(), "rb", closefd=False)  # noqa: PTH123, SIM115 - a number and no path, read until the end
    try:
        return serve(stdin, stdout.buffer, __version__)
    finally:
        sys.stdout = stdout
