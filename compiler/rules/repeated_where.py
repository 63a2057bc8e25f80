"""The same condition twice in a row of steps.

Behind the first `where` every row fulfils it. Remove the second, or write the condition that was meant.

```synth wrong
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

filter short = web
  | where words(text) <= 20
  | dedup text
  | where words(text) <= 20
```

```synth right
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

filter short = web
  | where words(text) <= 20
  | dedup text
```
"""

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.again import again
from synthc.compiler.rules.edits import mend, without_step
from synthc.compiler.rules.rule import Rule
from synthc.compiler.rules.steps import Stages
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Label, warning


def check(steps: Stages, _item: syntax.Declaration, _scope: Scope) -> Iterator[Diagnostic]:
    """Find a `where` that drops nothing."""
    for first, second in again(steps, "where"):
        labels = (Label(span=first.span, text="asked for here"),)
        yield warning(RULE.name, "every row fulfils this condition already", second.span, labels=labels, help="remove this step", fix=mend("remove this `where`", without_step(second)))


RULE = Rule(name="repeated-where", words=("where",), steps=check)
