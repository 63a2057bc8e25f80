"""How many rows an `ask` need have in its queue where a `take` further on will soon have enough.

Each row that is asked about gives at most one row to the `take`, where no step between makes several of one. So no more are
asked about than are still wanted, by the share of rows that came through so far; which rows come out does not depend on it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from synthc.runtime.steps.stage import Around

AT_MOST_ONE = frozenset({"where", "let", "ask", "dedup", "redact", "decontaminate", "spread", "select"})
"""Steps that give at most one row for each, as soon as they have it."""
SLACK = 1.25
"""So many times the rows that are expected to do, for it may be fewer that come through."""


def room(arounds: Sequence[Around], place: int) -> Callable[[], float]:
    """Return what tells how many rows may wait for their answers at a step."""
    for around in arounds[place + 1 :]:
        if around.step.verb == "take":
            return lambda: _wanted(arounds[place], around)
        if around.step.verb not in AT_MOST_ONE:
            break
    return lambda: math.inf


def _wanted(ask: Around, take: Around) -> float:
    """Return the rows after which the `take` probably has enough."""
    left = int(take.settings["count"]) - take.count.rows_out
    asked, through = ask.count.rows_in, take.count.rows_in
    if through >= asked:
        return max(1, left)
    return max(1, math.ceil(SLACK * left * (asked + 1) / (through + 1)))
