"""A `where` that reads nothing of a row.

It keeps every row or none. (One that a `param` decides is a switch, and fine.)

```synth wrong
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

filter all = web
  | where true
  | dedup text
```

```synth right
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

filter all = web
  | dedup text
```
"""

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.edits import mend, without_step
from synthc.compiler.rules.rule import Rule
from synthc.compiler.rules.steps import Stages
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, warning


def check(steps: Stages, _item: syntax.Declaration, scope: Scope) -> Iterator[Diagnostic]:
    """Find conditions that hold no name of a column or a declaration."""
    for step in steps:
        if step.verb != "where" or step.reads or _named(step.written, scope):
            continue
        condition = step.written.arguments[0].value
        true = isinstance(condition, syntax.Boolean) and condition.value
        fix = mend("remove this `where`", without_step(step.written)) if true else None
        yield warning(RULE.name, "this reads nothing of a row, so it keeps all of them or none", condition.span, help="read a column, or remove this step", fix=fix)


def _named(step: syntax.Step, scope: Scope) -> bool:
    names = (piece.name for piece in syntax.walk(step) if isinstance(piece, syntax.Name))
    return any(name in scope.names or name in scope.module.imports for name in names)


RULE = Rule(name="constant-condition", words=("where",), steps=check)
