"""Duplicates that are removed twice by the same columns.

Behind the first `dedup` there are none left. Remove the second.

```synth wrong
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

filter clean = web
  | dedup text
  | where words(text) >= 5
  | dedup text
```

```synth right
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

filter clean = web
  | dedup text
  | where words(text) >= 5
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
    """Find a `dedup` that finds nothing."""
    for first, second in again(steps, "dedup"):
        labels = (Label(span=first.span, text="removed here"),)
        yield warning(RULE.name, "these duplicates were removed above", second.span, labels=labels, help="remove this step", fix=mend("remove this `dedup`", without_step(second)))


RULE = Rule(name="repeated-dedup", words=("dedup",), steps=check)
