'''A large grid of which every cell is asked about.

A grid multiplies: four slots of fifty values make six million questions. Draw some with `sample` before you ask.

```synth wrong
synth 1

prompt invent(age: int, number: int) -> text {
  temperature = 1.0
  ask         = """You are {{ age }}. Write message number {{ number }} of your life."""
}

generate invented = grid(age = 18..70, number = 1..99999)
  | ask message = invent(age, number)
```

```synth right
synth 1

prompt invent(age: int, number: int) -> text {
  temperature = 1.0
  ask         = """You are {{ age }}. Write message number {{ number }} of your life."""
}

generate invented = grid(age = 18..70, number = 1..99999)
  | sample 5k
  | ask message = invent(age, number)
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

MANY = 1_000_000


def check(steps: Stages, item: syntax.Declaration, scope: Scope) -> Iterator[Diagnostic]:
    """Find questions that nothing stands before or behind to keep them few."""
    least, exact = cells(item, scope) or (0, True)
    if least < MANY or item.value is None or any(step.verb == "take" for step in steps):
        return
    for step in steps:
        if step.verb == "ask":
            labels = (Label(span=item.value.span, text=f"{'' if exact else 'at least '}{least:,} cells"),)
            yield warning(RULE.name, "every cell of a large grid is asked about", step.written.span, labels=labels, help="put `sample N` before it")
        if step.verb not in {"let", "shuffle"}:
            return



RULE = Rule(name="unsampled-grid", words=("grid",), steps=check)
