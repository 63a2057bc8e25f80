"""Which questions are asked about rows that are dropped afterwards without a look at the answer."""

from __future__ import annotations

from collections.abc import Sequence

from synthc.compiler.rules.steps import Stage


def asked_before(steps: Sequence[Stage], place: int, *, past: frozenset[str], reads: frozenset[str] | None = None) -> int | None:
    """Return the first `ask` that a step could stand above, moved up over steps of some verbs; None if there is none.

    `reads` are the columns that the step needs, all that it reads if nothing else is said.
    """
    needs, found = steps[place].reads if reads is None else reads, None
    for i in range(place - 1, -1, -1):
        step = steps[i]
        if step.verb not in past or step.makes & needs:
            break
        if step.verb == "ask":
            found = i
    return found
