"""What a run is doing, as bars on a terminal and as plain lines elsewhere; always on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

Event = Mapping[str, Any]
NOT_BESIDE = frozenset({"event", "time", "node", "done", "total", "unit"})

SECONDS_BETWEEN = 30.0
"""Between two lines about a node that goes on, where nothing can move."""


class View(Protocol):
    """A listener to a run that is closed when the run ends."""

    def __call__(self, event: Event) -> None:
        """Take one event."""
        ...

    def close(self) -> None:
        """Leave the terminal as it was."""
        ...


def view() -> View:
    """Return bars if stderr is a terminal, else lines."""
    return Bars() if sys.stderr.isatty() else Lines()


class Lines:
    """One line when a node starts, one when it is finished, and one now and then between."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Take the clock."""
        self._clock = clock
        self._since = self._last = clock()

    def __call__(self, event: Event) -> None:
        """Print what is worth a line."""
        if event["event"] == "node_started":
            self._since = self._last = self._clock()
            self._say(f"{event['node']}: {event['kind']}")
        elif event["event"] == "progress" and event["done"] and self._clock() - self._last >= SECONDS_BETWEEN:
            self._last = self._clock()
            self._say(f"{event['node']}: {beside(event, self._last - self._since)}")
        elif event["event"] == "node_finished":
            self._say(finished(event))
        elif event["event"] == "note":
            self._say(f"{event['node']}: {event['text']}")

    def close(self) -> None:
        """Do nothing."""

    def _say(self, line: str) -> None:
        print(line, file=sys.stderr, flush=True)


class Bars:
    """One line a node, moving."""

    def __init__(self) -> None:
        self._bars: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._since: dict[str, float] = {}

    def __call__(self, event: Event) -> None:
        """Move a bar, or print a line above the bars."""
        bars = self._open()
        node = event.get("node")
        if event["event"] == "node_started":
            self._tasks[event["node"]] = bars.add_task(event["node"], total=None, said="")
            self._since[event["node"]] = time.monotonic()
        elif event["event"] == "progress" and node in self._tasks:
            said = beside(event, time.monotonic() - self._since[event["node"]])
            bars.update(self._tasks[event["node"]], completed=event["done"], total=event["total"], said=said)
        elif event["event"] == "note":
            bars.console.print(f"{node}: {event['text']}", markup=False, highlight=False)
        elif event["event"] == "node_finished":
            if node in self._tasks:
                bars.remove_task(self._tasks.pop(event["node"]))
            bars.console.print(finished(event), markup=False, highlight=False)

    def close(self) -> None:
        """Stop moving."""
        if self._bars is not None:
            self._bars.stop()

    def _open(self) -> Progress:
        if self._bars is None:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

            columns = (TextColumn("{task.description}", markup=False), BarColumn(bar_width=24), TextColumn("{task.fields[said]}", markup=False))
            self._bars = Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True)
            self._bars.start()
        return self._bars


def finished(event: Event) -> str:
    """Return the line of a finished node; what is private is null and not shown.

    >>> finished({"node": "typed", "status": "done", "rows": 98, "requests": 160, "seconds": 3.21})
    'typed: done, 98 rows, 160 requests, 3.2 s'
    """
    parts = [f"{event['node']}: {event['status']}"]
    parts += [f"{event[key]:,} {word}" for key, word in (("rows", "rows"), ("requests", "requests"), ("cached_requests", "answered before"), ("failed_requests", "failed")) if event.get(key)]
    if event["status"] == "done" and event.get("seconds") is not None:
        parts.append(f"{event['seconds']:.1f} s")
    return ", ".join(parts)


def beside(event: Event, seconds: float) -> str:
    """Return what stands beside a bar: how far, how fast, and what the event tells more.

    >>> beside({"event": "progress", "node": "typed", "done": 50, "total": 200, "unit": "rows", "tokens": 12}, 10.0)
    '50/200 rows, 5.0/s, tokens 12'
    """
    whole = "" if event["total"] is None else f"/{event['total']:,}"
    parts = [f"{event['done']:,}{whole} {event['unit']}"]
    if seconds > 0 and event["done"]:
        parts.append(f"{event['done'] / seconds:,.1f}/s")
    parts += [f"{key} {value:,.4g}" if isinstance(value, float) else f"{key} {value}" for key, value in event.items() if key not in NOT_BESIDE]
    return ", ".join(parts)
