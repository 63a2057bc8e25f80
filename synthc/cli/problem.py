"""Turns whatever a command raises into a sentence and an exit code."""

from __future__ import annotations

import errno
import sys
import traceback

from synthc.runtime.errors import InputError, RunError

OURS = 70
"""The exit code of a mistake in synthc itself."""


def problem(raised: BaseException) -> int:
    """Say on stderr what went wrong and return the exit code."""
    if isinstance(raised, KeyboardInterrupt):
        return _say("interrupted; the same command goes on from here", 130)
    if isinstance(raised, RunError):
        return _say(str(raised), raised.exit_code)
    if _is_graph_error(raised):
        return _say(str(raised), InputError.exit_code)
    if isinstance(raised, OSError):
        return _outside(raised)
    traceback.print_exception(raised)
    return _say("this is a bug in synthc, not in your spec; please report it with the lines above", OURS)


def _say(sentence: str, code: int) -> int:
    print(f"synthc: {sentence}", file=sys.stderr)
    return code


def _is_graph_error(raised: BaseException) -> bool:
    from synthc.compiler.graph.encoding import GraphError

    return isinstance(raised, GraphError)


def _outside(raised: OSError) -> int:
    if raised.errno in {errno.ENOSPC, errno.EDQUOT}:
        return _say("the disk is full; free some space and repeat the command, which goes on from here", 3)
    where = f"{raised.filename}: " if raised.filename else ""
    return _say(f"{where}{(raised.strerror or str(raised)).lower()}", InputError.exit_code)
