"""Steps that were done before, on columns that nothing changed since."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from synthc.compiler.rules.steps import Stage
from synthc.dsl import syntax

KEEPS = frozenset({"where", "let", "ask", "dedup", "take", "sample", "top", "shuffle", "spread", "decontaminate", "redact"})
"""Steps behind which a row is what it was before, but for the columns that they make."""


def again(steps: Sequence[Stage], verb: str) -> Iterator[tuple[syntax.Step, syntax.Step]]:
    """Yield pairs of steps of a verb of which the second does what the first did."""
    done: dict[str, Stage] = {}
    reading: dict[str, list[str]] = {}
    for step in steps:
        if step.verb not in KEEPS:
            done.clear()
        for column in step.makes:
            for changed in reading.pop(column, ()):
                done.pop(changed, None)
        if step.verb == verb:
            does = repr(step.settings)
            if does in done:
                yield done[does].written, step.written
                continue
            done[does] = step
            for column in step.reads:
                reading.setdefault(column, []).append(does)
