"""What a run is doing, as bars on a terminal and as plain lines elsewhere; always on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from synthc.cli.table import spoken

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

Event = Mapping[str, Any]
NOTES = frozenset({"note", "owner_note"})
NOT_BESIDE = frozenset({"event", "time", "node", "done", "total", "unit", "step", "about", "rate", "left", "flying", "requests", "retries", "cached", "tokens_in", "tokens_out", "usd"})

SECONDS_BETWEEN = 30.0
"""Between two lines about a node that goes on, where nothing can move."""
BAR = 12
TOO_MANY = 10_000
"""A number from which on thousands are counted."""


class View(Protocol):
    """A listener to a run that is closed when the run ends."""

    def __call__(self, event: Event) -> None:
        """Take one event."""
        ...

    def pause(self) -> None:
        """Leave the terminal to others until the next event."""
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
        self._since = clock()
        self._last: dict[Any, float] = {}

    def __call__(self, event: Event) -> None:
        """Print what is worth a line."""
        if event["event"] == "node_started":
            self._since = self._clock()
            self._last.clear()
            self._say(f"{event['node']}: {event['kind']}")
        elif event["event"] == "progress":
            self._now_and_then(event)
        elif event["event"] == "node_finished":
            self._say(finished(event))
        elif event["event"] in NOTES:
            self._say(f"{event['node']}: {event['text']}")

    def pause(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""

    def _now_and_then(self, event: Event) -> None:
        now = self._clock()
        if (event["done"] or "step" in event) and now - self._last.get(event.get("step"), self._since) >= SECONDS_BETWEEN:
            self._last[event.get("step")] = now
            self._say(f"{named(event)}: {', '.join(beside(event, now - self._since))}")

    def _say(self, line: str) -> None:
        print(line, file=sys.stderr, flush=True)


class Bars:
    """One line a node, and one for each prompt that it asks, moving."""

    def __init__(self) -> None:
        self._bars: Progress | None = None
        self._tasks: dict[tuple[str, str | None], TaskID] = {}
        self._since: dict[str, float] = {}

    def __call__(self, event: Event) -> None:
        """Move a bar, or print a line above the bars."""
        bars = self._open()
        node = event.get("node")
        if event["event"] == "node_started":
            self._tasks[event["node"], None] = bars.add_task(event["node"], total=None, said="")
            self._since[event["node"]] = time.monotonic()
        elif event["event"] == "progress" and node in self._since:
            self._move(bars, event)
        elif event["event"] in NOTES:
            bars.console.print(f"{node}: {event['text']}", markup=False, highlight=False)
        elif event["event"] == "node_finished":
            self._since.pop(event["node"], None)
            for key in [key for key in self._tasks if key[0] == node]:
                bars.remove_task(self._tasks.pop(key))
            bars.console.print(finished(event), markup=False, highlight=False, soft_wrap=True)

    def pause(self) -> None:
        """Take the bars away; the next event draws new ones."""
        self.close()
        self._bars = None
        self._tasks.clear()

    def close(self) -> None:
        """Stop moving."""
        if self._bars is not None:
            self._bars.stop()

    def _move(self, bars: Progress, event: Event) -> None:
        key = (event["node"], event.get("step"))
        if key not in self._tasks:
            # A node that asks has a bar for each prompt in place of its own.
            if (event["node"], None) in self._tasks:
                bars.remove_task(self._tasks.pop((event["node"], None)))
            self._tasks[key] = bars.add_task(named(event), total=None, said="")
        # Bar, spaces and the time since the start stand beside it.
        room = bars.console.width - len(named(event)) - BAR - 12
        said = fitting(beside(event, time.monotonic() - self._since[event["node"]]), room)
        bars.update(self._tasks[key], completed=event["done"], total=event["total"], said=said)

    def _open(self) -> Progress:
        if self._bars is None:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

            columns = (TextColumn("{task.description}", markup=False), BarColumn(bar_width=BAR), TextColumn("{task.fields[said]}", markup=False), TimeElapsedColumn())
            self._bars = Progress(*columns, console=Console(stderr=True), transient=True)
            self._bars.start()
        return self._bars


def named(event: Event) -> str:
    """Return what an event is about: a node, or a prompt that it asks."""
    return f"{event['node']} ({event['step']})" if event.get("step") else str(event["node"])


def finished(event: Event) -> str:
    """Return the line of a finished node; what is private is null and not shown.

    >>> finished({"node": "typed", "status": "done", "rows": 98, "requests": 160, "seconds": 3.21, "usd": 0.0312})
    'typed: done, 98 rows, 160 requests, $0.03, 3.2 s'
    """
    parts = [f"{event['node']}: {event['status']}"]
    parts += [f"{event[key]:,} {word}" for key, word in (("rows", "rows"), ("requests", "requests"), ("cached_requests", "answered before"), ("failed_requests", "failed")) if event.get(key)]
    if failed := (event.get("counts") or {}).get("failed"):
        parts.append(f"{failed:,} set aside")
    if event.get("usd"):
        parts.append(f"${event['usd']:,.2f}")
    if event.get("tokens_saved"):
        parts.append(f"up to {short(event['tokens_saved'])} tokens saved by leaving early")
    if event["status"] == "done" and event.get("seconds") is not None:
        parts.append(f"{event['seconds']:.1f} s")
    return ", ".join(parts)


def beside(event: Event, seconds: float) -> list[str]:
    """Return what stands beside a bar, the most important first: how far, how fast, how long still, and what else is known.

    >>> beside({"event": "progress", "node": "typed", "done": 50, "total": 200, "unit": "rows", "loss": 1.5}, 10.0)
    ['50/200 rows', '5.0/s', '30.0 s left', 'loss 1.5']
    """
    whole = "" if event["total"] is None else f" of about {event['total']:,}" if event.get("about") else f"/{event['total']:,}"
    rate = event["rate"] if "rate" in event else event["done"] / seconds if seconds > 0 else None
    left = event["left"] if "left" in event else (event["total"] - event["done"]) / rate if event["total"] and rate else None
    parts = [f"{event['done']:,}{whole} {event['unit']}", f"{rate:,.{0 if rate >= 100 else 1}f}/s" if rate else "", "" if not left else f"{spoken(left)} left", *asked(event)]
    parts += [f"{key} {value:,.4g}" if isinstance(value, float) else f"{key} {value}" for key, value in event.items() if key not in NOT_BESIDE]
    return [part for part in parts if part]


def asked(event: Event) -> Iterator[str]:
    """Yield what asking has come to so far: requests in flight, cost, tokens, retries, and answers that were there."""
    if "flying" in event:
        yield f"{event['flying']} in flight"
        yield "" if not event["usd"] else f"${event['usd']:,.2f}"
        yield "" if not event["retries"] else f"{event['retries']:,} asked again"
        yield f"tokens {short(event['tokens_in'])} in, {short(event['tokens_out'])} out"
        yield "" if not event["cached"] else f"{event['cached']:,} answered before"


def short(number: int) -> str:
    """Return a number as a bar has room for it.

    >>> short(9_500), short(1_234_567), short(98_765)
    ('9,500', '1.23M', '98.8k')
    """
    if number < TOO_MANY:
        return f"{number:,}"
    return f"{number / 1e3:.3g}k" if number < 1e6 else f"{number / 1e6:.3g}M"  # a million


def fitting(parts: list[str], room: int) -> str:
    """Return as many of the parts as have room, the first ones.

    >>> fitting(["50/200 rows", "5.0/s", "30.0 s left"], 20)
    '50/200 rows, 5.0/s'
    """
    said = parts[0]
    for part in parts[1:]:
        if len(said) + 2 + len(part) > room:
            break
        said += f", {part}"
    return said
