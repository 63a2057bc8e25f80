"""How many requests are in flight at once: what the server sustains, found by trying.

Twice as many each round at first; when it is too much, as many as were let in, and from there one
more now and then. A round is as many answers as requests may be in flight.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field

FIRST = 16
QUEUE_IS_LONG = 0.5
"""A wait at the server of so much of its work ends the fast start, and no more are sent."""
QUEUE_IS_TOO_LONG = 2.0
"""A wait of so many times its work takes some back."""
NO_FASTER = 1.1
"""Twice as many in flight that are not answered so much faster end the fast start."""
FURTHER, NO_GAIN = 1.25, 1.05
"""So many times as many in flight that are answered hardly faster only wait at the server, and are taken back."""
LESS = 0.7
LONGEST_HOLD = 256
"""At most so many answers between two tries whether the server takes one more: one refused in so many costs nothing, and what has room is found."""


@dataclass(slots=True, kw_only=True)
class Pace:
    """How many requests may be in flight, from one to `most`."""

    most: int
    now: float = 0.0
    flying: int = 0
    cuts: int = 0
    _fast: bool = True
    _grown: bool = False
    _least: float = 1.0
    _hold: int = 1
    _rounds: int = 0
    _answers: int = 0
    _queue: float = 0.0
    _rate: float = 0.0
    _smooth: float = 0.0
    _mark: float = 0.0
    _mark_rate: float = 0.0
    _since: float = field(default_factory=time.monotonic)
    _waiting: deque[asyncio.Future[None]] = field(default_factory=deque)

    def __post_init__(self) -> None:
        """Start with few."""
        self.now = float(min(FIRST, self.most))

    async def __aenter__(self) -> int:
        """Wait for a place, and return how often the pace was cut before."""
        if self.flying >= int(self.now):
            place = asyncio.get_running_loop().create_future()
            self._waiting.append(place)
            try:
                await place
            except asyncio.CancelledError:
                if place.done() and not place.cancelled():
                    self._give_back()
                raise
        else:
            self.flying += 1
        return self.cuts

    async def __aexit__(self, *_: object) -> None:
        """Give the place back."""
        self._give_back()

    def went_well(self, queued: float | None = None) -> None:
        """Count an answer; `queued` is its wait at the server as a multiple of the work on it, where that is told."""
        self._answers += 1
        self._queue += queued or 0.0
        if self._answers >= int(self.now):
            self._round()

    def too_much(self, cuts: int, *, refused: bool = False) -> None:
        """Allow less: where the server refused this one, as many as it lets in; else once for all that were in flight together."""
        if cuts == self.cuts:
            self._least = max(1.0, self.now / 2)
            # What was refused when it was tried is tried again later and later.
            self._hold = 4 if self._fast else min(max(4, LONGEST_HOLD // int(self.now)), self._hold * 2)
            self.now = self.now if refused else max(1.0, self.now * LESS)
            self.cuts += 1
            self._fast = self._grown = False
            self._rounds = 0
            self._mark = self._mark_rate = 0.0
            self._begin(time.monotonic())
        if refused:
            self.now = max(self._least, min(self.now, self.flying - 1.0))

    def _round(self) -> None:
        """Decide, once all that were in flight together are answered, how many may be next."""
        ended, answers, queue = time.monotonic(), self._answers, self._queue / self._answers
        rate, before = answers / max(1e-9, ended - self._since), self._rate
        busy = self.flying >= int(self.now) - 1
        self._begin(ended)
        self._rounds += 1
        self._rate = rate
        self._smooth = 0.7 * self._smooth + 0.3 * rate if self._smooth else rate
        if queue > QUEUE_IS_TOO_LONG:
            self.now = max(1.0, self.now * LESS)
        if queue > QUEUE_IS_LONG:
            self._fast = False
        elif self._fast and busy:
            self._fast = not before or rate > before * NO_FASTER
            self.now = min(float(self.most), self.now * 2 if self._fast else self.now)
        elif busy and self._rounds >= self._hold and self._worth_more():
            self._rounds = 0
            self._hold = max(1, self._hold // 2) if self._grown else self._hold
            self.now = min(float(self.most), self.now + 1)
            self._grown = True
        self._wake()

    def _worth_more(self) -> bool:
        """Tell whether those that were added lately are answered too, and are not only waited for longer; else take them back."""
        if self.now < self._mark * FURTHER:
            return True
        if self._smooth < self._mark_rate * NO_GAIN:
            self.now, self._rounds = self._mark, 0
            self._hold, self._grown = max(4, LONGEST_HOLD // int(self.now)), False
            return False
        self._mark, self._mark_rate = self.now, self._smooth
        return True

    def _begin(self, now: float) -> None:
        self._since, self._answers, self._queue = now, 0, 0.0

    def _give_back(self) -> None:
        self.flying -= 1
        self._wake()

    def _wake(self) -> None:
        while self._waiting and self.flying < int(self.now):
            place = self._waiting.popleft()
            if not place.done():
                self.flying += 1
                place.set_result(None)
