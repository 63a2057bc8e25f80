"""Ctrl-C: the first asks the run to stop cleanly, the second leaves at once."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

INTERRUPTED = 130


@contextmanager
def stoppable(tidy: Callable[[], None]) -> Iterator[Callable[[], bool]]:
    """Give a function that tells whether to stop; `tidy` is called before leaving at once."""
    asked: list[int] = []

    def ask(signum: int, _: FrameType | None) -> None:
        asked.append(signum)
        if len(asked) > 1:
            tidy()
            os._exit(INTERRUPTED)
        os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, b"\nsynthc: stopping after what is in flight; once more to leave at once\n")

    signals = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, ask) for number in signals]
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)
