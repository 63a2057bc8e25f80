"""Waiting for what happens, however busy the machine is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

LONGEST = 300.0
"""Seconds behind which a test gives up; nothing takes that long, not even beside busy neighbours."""


def wait(until: Callable[[], bool]) -> None:
    """Wait for something to come true."""
    end = time.monotonic() + LONGEST
    while not until():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.01)


async def waited(until: Callable[[], bool], pause: float = 0.001) -> None:
    """Wait for something to come true while the loop goes on, looking again each so many seconds."""
    end = time.monotonic() + LONGEST
    while not until():
        assert time.monotonic() < end, "it did not come true"
        await asyncio.sleep(pause)


class Timeless(asyncio.SelectorEventLoop):
    """A loop whose clock jumps to whatever is next, so that rates are what they would be on a machine with nothing else to do."""

    now = 0.0

    def time(self) -> float:
        """Return the time of the loop."""
        return self.now

    def _run_once(self) -> None:
        if not self._ready and self._scheduled:  # type: ignore[attr-defined]
            self.now = max(self.now, self._scheduled[0].when())  # type: ignore[attr-defined]
        super()._run_once()  # type: ignore[misc]
