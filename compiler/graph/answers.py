"""Answers that took long to work out, kept on disk for the next compile.

An answer is kept by its question and by the code of this folder, so that a mistake that was mended is
asked anew. What stands in a file is believed if it says of itself what it answers: what is spoilt is
worked out again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from synthc.compiler.graph.fingerprint import fingerprint


class NotYet(Exception):
    """Raised in place of an answer that nobody waits for."""


_LATER: ContextVar[Callable[[Callable[[], float]], None] | None] = ContextVar("later", default=None)


@contextmanager
def impatient(later: Callable[[Callable[[], float]], None]) -> Iterator[None]:
    """Have questions whose answers aren't kept yet refused with `NotYet`, and handed over to be asked later."""
    token = _LATER.set(later)
    try:
        yield
    finally:
        _LATER.reset(token)


def kept(question: Sequence[Any], compute: Callable[[], Any]) -> Any:
    """Return the answer to a question that was kept on disk, or compute and keep it; it is a JSON value.

    Raises:
        NotYet: nobody waits for the answer, and it isn't kept.
    """
    name = fingerprint([code(), *question])
    file = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "synthc" / "accounting" / f"{name}.json"
    try:
        answer, seal = json.loads(file.read_text())
        if seal == fingerprint([name, answer]):
            return answer
    except (OSError, ValueError, TypeError, RecursionError):
        pass  # it isn't there, or it is no answer
    later = _LATER.get()
    if later is not None:
        later(lambda: kept(question, compute))
        raise NotYet
    answer = compute()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        waiting = file.with_suffix(f".{os.getpid()}")
        waiting.write_text(json.dumps([answer, fingerprint([name, answer])]))
        waiting.replace(file)
    except OSError:
        pass  # a cache that cannot be written costs a second, not the answer
    return answer


@cache
def code() -> str:
    """Return a hash of the code that works answers out: of all in this folder, for one part rests on another."""
    found = blake2b(digest_size=8)
    for file in sorted(Path(__file__).parent.glob("*.py")):
        found.update(file.read_bytes())
    return found.hexdigest()
