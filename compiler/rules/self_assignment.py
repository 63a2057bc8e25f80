"""A `let` that gives a column to itself.

It changes nothing. Remove it, or write the expression that was meant.

```synth wrong
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

transform same = web
  | let text = text
  | chunk text { max_words = 40 }
```

```synth right
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

transform same = web
  | chunk text { max_words = 40 }
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


def check(steps: Stages, _item: syntax.Declaration, _scope: Scope) -> Iterator[Diagnostic]:
    """Find columns that are given to themselves."""
    for step in steps:
        if step.verb == "let" and step.settings["expr"] == {"column": step.settings["name"]}:
            message = f"`{step.settings['name']}` is given to itself"
            yield warning(RULE.name, message, step.written.span, help="remove this step", fix=mend("remove this `let`", without_step(step.written)))


RULE = Rule(name="self-assignment", words=("let",), steps=check)
