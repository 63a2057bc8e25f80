"""Steps that were done before, on columns that nothing changed since."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from synthc.compiler.rules.steps import Stage
from synthc.dsl import syntax

KEEPS = frozenset({"where", "let", "ask", "dedup", "take", "sample", "top", "shuffle", "spread", "decontaminate", "redact"})
"""Steps behind which a row is what it was before, but for the columns that they make."""


def again(steps: Sequence[Stage], verb: str) -> Iterator[tuple[syntax.Step, syntax.Step]]:
    """Yield pairs of steps of a verb of which the second does what the first did."""
    done: list[Stage] = []
    for step in steps:
        if step.verb not in KEEPS:
            done.clear()
        done = [one for one in done if not one.reads & step.makes]
        if step.verb == verb:
            first = next((one for one in done if one.settings == step.settings), None)
            if first is not None:
                yield first.written, step.written
            else:
                done.append(step)
