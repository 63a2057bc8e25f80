'''More rows than a grid has cells.

A grid has one cell for each way to fill its slots, and no cell is drawn twice. Add values to a slot, or another
slot such as `number = 1..100`.

```synth wrong
synth 1

prompt invent(topic: text) -> text {
  temperature = 1.0
  ask         = """Write a message about {{ topic }}."""
}

generate invented = grid(topic = ["a late bus", "a birthday"])
  | sample 5k
  | ask message = invent(topic)
```

```synth right
synth 1

prompt invent(topic: text) -> text {
  temperature = 1.0
  ask         = """Write a message about {{ topic }}."""
}

generate invented = grid(topic = ["a late bus", "a birthday"], number = 1..5000)
  | sample 5k
  | ask message = invent(topic)
```
'''

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.grids import cells
from synthc.compiler.rules.rule import Rule
from synthc.compiler.rules.steps import Stages
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Label, warning

ONE_TO_ONE = frozenset({"let", "ask", "where", "shuffle", "sample", "take"})
"""Steps behind which there are no more rows than before."""


def check(steps: Stages, item: syntax.Declaration, scope: Scope) -> Iterator[Diagnostic]:
    """Find draws from a grid that is too small."""
    least, exact = cells(item, scope) or (0, False)
    for step in steps if exact else ():
        if step.verb in {"sample", "take"} and step.settings.get("count", 0) > least and item.value is not None:
            labels = (Label(span=item.value.span, text=f"{least:,} cells"),)
            message = f"{step.settings['count']:,} rows are wanted, and the grid has {least:,} cells"
            yield warning(RULE.name, message, step.written.span, labels=labels, help="add a slot, or values to one, or say a smaller number")
        if step.verb not in ONE_TO_ONE:
            return



RULE = Rule(name="oversized-sample", words=("grid",), steps=check)
