"""Rows that are shuffled twice.

The second order is drawn from the rows alone, so the first `shuffle` has no effect. Remove it.

```synth wrong
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

filter mixed = web
  | shuffle
  | where words(text) >= 5
  | shuffle
```

```synth right
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

filter mixed = web
  | where words(text) >= 5
  | shuffle
```
"""

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.edits import mend, without_step
from synthc.compiler.rules.rule import Rule
from synthc.compiler.rules.steps import ROW_BY_ROW, Stages
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Label, warning

ANY_ORDER = ROW_BY_ROW | {"sample", "select", "redact", "decontaminate"}


def check(steps: Stages, _item: syntax.Declaration, _scope: Scope) -> Iterator[Diagnostic]:
    """Find a `shuffle` whose order nothing reads before the next one."""
    last = None
    for step in steps:
        if step.verb == "shuffle":
            if last is not None:
                labels = (Label(span=step.written.span, text="shuffled again here"),)
                yield warning(RULE.name, "these rows are shuffled once more below", last.span, labels=labels, help="remove this step", fix=mend("remove this `shuffle`", without_step(last)))
            last = step.written
        elif step.verb not in ANY_ORDER:
            last = None


RULE = Rule(name="repeated-shuffle", words=("shuffle",), steps=check)
