"""How far the asking of a step is: rows, pace, what is in flight, what it took so far and how long it may still take."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from synthc.compiler.graph.price import cost
from synthc.runtime.context import Context
from synthc.runtime.endpoints.calling import Caller
from synthc.runtime.steps.stage import Around, Count, Frames

BETWEEN = 0.1
"""Seconds between two events of a step: a reader sees no more."""
WINDOW = 30.0
"""Seconds whose rows tell the pace, so that answers that were there already do not promise a soon end."""


@dataclass(slots=True)
class Arrived:
    """Rows that came so far, and how many will come, if that is known."""

    rows: int = 0
    total: int | None = None

    async def counted(self, stages: Sequence[Frames]) -> Frames:
        """Pass on the frames of the last stage and count their rows; who wants no more of them ends all stages, one after the other."""
        try:
            async for frame in stages[-1]:
                self.rows += len(frame)
                yield frame
        finally:
            await closed(stages)


async def closed(stages: Sequence[Frames]) -> None:
    """End stages from the last to the first: one that is ended does not end what it reads, and two that end it at once are an error."""
    for stage in reversed(stages):
        await stage.aclose()


@dataclass(slots=True, kw_only=True)
class Meter:
    """One `ask` step at work: `arrived` are the rows before each step of its node and `counts` what the steps made of them."""

    context: Context
    place: int
    caller: Caller
    price: tuple[float, float] | None
    read: Arrived
    arrived: Sequence[Arrived]
    arounds: Sequence[Around]
    clock: Callable[[], float] = time.monotonic
    _last: float = -1.0
    _seen: deque[tuple[float, int]] = field(default_factory=deque)

    def tell(self) -> None:
        """Tell how far the step is, now and then; also where an interrupt is noticed."""
        now = self.clock()
        if now - self._last < BETWEEN and not self.context.stopping():
            return
        self._last = now
        step = self.arounds[self.place]
        done = step.answered
        total, sure = self._total(done)
        rate = self._rate(now, done)
        left = round((total - done) / rate, 1) if total is not None and rate else None
        more: dict[str, Any] = {"about": not sure, "rate": rate, "left": left, "flying": max(self.caller.flew, self.caller.pace.flying), "requests": self.caller.requests, "retries": self._retries(step)}
        usd = cost(self.price, self.caller.tokens_in, self.caller.tokens_out)
        more |= {"cached": self.caller.cached, "tokens_in": self.caller.tokens_in, "tokens_out": self.caller.tokens_out, "usd": usd}
        self.context.progress(done, total, "rows", step=step.settings["prompt"]["name"], **more)
        self.caller.flew = 0

    def _retries(self, step: Around) -> int:
        """Return how often something was asked again: after a fault, or because its answer could not be read."""
        return self.caller.again + (step.tally.replies - step.tally.answered if step.tally is not None else 0)

    def _rate(self, now: float, done: int) -> float | None:
        """Return the rows a second of the last half minute."""
        self._seen.append((now, done))
        while len(self._seen) > 2 and now - self._seen[0][0] > WINDOW:  # two points make a pace
            self._seen.popleft()
        since, before = self._seen[0]
        return round((done - before) / (now - since), 2) if now > since and done > before else None

    def _total(self, done: int) -> tuple[int | None, bool]:
        """Return how many rows the step will be asked about, and whether that is sure.

        From what is still to be read, as many will come of it as came of what was read so far; a step
        that saw all rows knows how many it gives.
        """
        total: float | None = self.read.total
        passed, sure = self.read.rows, True
        for index, around in enumerate(self.arounds[: self.place]):
            count, behind = around.count, self.arrived[index + 1].rows
            if around.step.verb == "ask":
                total, passed, sure = _scaled(total, passed, self.arrived[index].rows), around.answered, False
            elif count.rows_out > behind:
                total, passed, sure = count.rows_out, behind, True
            elif count.rows_out != count.rows_in:
                sure = False
            if around.step.verb == "take":
                total, passed, sure = _taken(around.step.settings["count"], count, total, passed, behind, sure=sure)
        whole = _scaled(total, passed, self.arrived[self.place].rows)
        most = self._enough()
        if most is not None and (whole is None or most < whole):
            return max(done, round(most)), False
        return (None, False) if whole is None else (max(done, round(whole)), sure or total == passed)

    def _enough(self) -> float | None:
        """Return the rows after which a `take` further on has enough, if it goes on like this."""
        takes = [around for around in self.arounds[self.place + 1 :] if around.step.verb == "take" and around.count.rows_out]
        if not takes:
            return None
        # What is answered is ahead of what was passed on.
        step = self.arounds[self.place].count
        passed = step.rows_in * self.arrived[self.place + 1].rows / max(1, step.rows_out)
        return min(passed * float(around.step.settings["count"]) / around.count.rows_out for around in takes)


def _scaled(total: float | None, passed: int, rows: int) -> float | None:
    return None if total is None or not passed else rows * max(total, passed) / passed


def _taken(most: int, count: Count, total: float | None, passed: int, behind: int, *, sure: bool) -> tuple[float | None, int, bool]:
    """Return what is known behind a `take`: it gives no more than it takes, whatever comes."""
    coming = _scaled(total, passed, count.rows_in)
    if coming is None or coming < most:
        return coming, behind, sure
    return most, behind, True
