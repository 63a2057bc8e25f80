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
    stdout, sys.stdout = sys.stdout, sys.stderr
    # What was imported stays for good, and looking through it again and again would be felt while typing.
    gc.freeze()
    try:
        return serve(sys.stdin.buffer, stdout.buffer, __version__)
    finally:
        sys.stdout = stdout
