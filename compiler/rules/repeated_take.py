"""Two `take`s right behind each other.

Only the smaller one counts. Remove the other.

```synth wrong
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

filter some = web
  | take 500
  | take 100
```

```synth right
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

filter some = web
  | take 100
```
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from synthc.compiler.rules.edits import mend, without_step
from synthc.compiler.rules.rule import Rule
from synthc.compiler.rules.steps import Stages
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Label, warning


def check(steps: Stages, _item: syntax.Declaration, _scope: Scope) -> Iterator[Diagnostic]:
    """Find a `take` that another one makes useless."""
    for one, other in pairwise(steps):
        if one.verb == other.verb == "take":
            small, large = sorted((one, other), key=lambda step: int(step.settings["count"]))
            labels = (Label(span=small.written.span, text="no more than these are kept"),)
            yield warning(RULE.name, "this `take` has no effect beside the other", large.written.span, labels=labels, help="remove this step", fix=mend("remove this `take`", without_step(large.written)))


RULE = Rule(name="repeated-take", words=("take",), steps=check)
