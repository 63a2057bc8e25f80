"""How many requests are in flight at once: what the server sustains, found by trying.

Twice as many each round at first; when it is too much, as many as were let in, and from there one
more now and then. A round is as many answers as requests may be in flight. A few that fail change
nothing, for a few fail anywhere; when many do, fewer are sent until they are answered again, and
then soon as many as before (as TCP does, RFC 5681: a loss is no news, a timeout a new slow start).
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
EMPTY = 0.25
"""The share of a round behind which a place stood empty, from which on places are not what is missing."""
FAILING = 0.2
"""The share of a round that fails, two at least, at which fewer are sent."""
LONGEST_HOLD, MOST_ROUNDS = 256, 64
"""At most so many answers, and so many rounds, between two tries whether the server takes one more: one refused in so many costs nothing, and what has room is found."""


@dataclass(slots=True, kw_only=True)
class Pace:
    """How many requests may be in flight, from one to `most`."""

    most: int
    now: float = 0.0
    flying: int = 0
    cuts: int = 0
    _fast: bool = True
    _fast_to: float = 0.0
    _failing: bool = False
    _failed: int = 0
    _idle: int = 0
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
        self._fast_to = float(self.most)

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
        self._judge()

    def failed(self) -> None:
        """Count one that was not answered, though the server did not say that it is too much."""
        self._failed += 1
        self._judge()

    def too_much(self, cuts: int) -> None:
        """Allow as many as the server lets in, which refused this one."""
        if cuts == self.cuts:
            self._least = max(1.0, self.now / 2)
            # What was refused when it was tried is tried again later and later.
            self._hold = 4 if self._fast else min(self._longest(), self._hold * 2)
            self.cuts += 1
            self._fast = self._grown = False
            self._rounds = 0
            self._mark = self._mark_rate = 0.0
            self._begin(time.monotonic())
        self.now = max(self._least, min(self.now, self.flying - 1.0))

    def _judge(self) -> None:
        """End the round once all that were in flight together are answered or failed."""
        together = self._answers + self._failed
        if together < int(self.now):
            return
        if self._failed > max(1, FAILING * together):
            self._failing_round()
        elif self._answers:
            self._failing = False
            self._round()
        self._wake()

    def _failing_round(self) -> None:
        """Allow less, and remember up to where it may soon be more again: what was answered last, or less if that was too much."""
        self._fast_to = self._fast_to if self._failing else max(1.0, self.now * LESS)
        self.now = max(1.0, self.now * LESS)
        self._failing = self._fast = True
        self._rounds, self._hold, self._rate, self._mark, self._mark_rate = 0, 1, 0.0, 0.0, 0.0
        self._begin(time.monotonic())

    def _round(self) -> None:
        """Decide how many may be next, by the pace of those that were in flight together and their wait."""
        ended, answers, queue = time.monotonic(), self._answers, self._queue / self._answers
        rate, before = answers / max(1e-9, ended - self._since), self._rate
        # Where places stood empty, more of them change nothing, and the pace tells nothing.
        busy = self._idle <= answers * EMPTY
        self._begin(ended)
        if busy:
            self._rounds += 1
            self._rate = rate
            self._smooth = 0.7 * self._smooth + 0.3 * rate if self._smooth else rate
        if queue > QUEUE_IS_TOO_LONG:
            self.now = max(1.0, self.now * LESS)
        if queue > QUEUE_IS_LONG:
            self._fast = False
        elif self._fast and busy:
            self._fast = self.now < FIRST or not before or rate > before * NO_FASTER
            self.now = max(self.now, min(self._fast_to, self.now * 2)) if self._fast else self.now
            self._fast = self._fast and self.now < self._fast_to
        elif busy and self._rounds >= self._hold and self._worth_more():
            self._rounds = 0
            self._hold = max(1, self._hold // 2) if self._grown else self._hold
            self.now = min(float(self.most), self.now + 1)
            self._grown = True

    def _worth_more(self) -> bool:
        """Tell whether those that were added lately are answered too, and are not only waited for longer; else take them back."""
        # Of so few, as a run begins with anyway, the pace of a round says nothing.
        if self.now < max(FIRST, self._mark * FURTHER):
            return True
        if self._smooth < self._mark_rate * NO_GAIN:
            self.now, self._rounds = self._mark, 0
            self._hold, self._grown = self._longest(), False
            return False
        self._mark, self._mark_rate = self.now, self._smooth
        return True

    def _longest(self) -> int:
        return min(MOST_ROUNDS, max(4, LONGEST_HOLD // int(self.now)))

    def _begin(self, now: float) -> None:
        self._since, self._answers, self._failed, self._idle, self._queue = now, 0, 0, 0, 0.0

    def _give_back(self) -> None:
        self.flying -= 1
        self._wake()
        self._idle += self.flying < int(self.now)

    def _wake(self) -> None:
        while self._waiting and self.flying < int(self.now):
            place = self._waiting.popleft()
            if not place.done():
                self.flying += 1
                place.set_result(None)
