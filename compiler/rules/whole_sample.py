"""A `sample 100%`.

All rows are drawn, and their order is kept: the step does nothing. Remove it, or say a smaller share.

```synth wrong
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

filter all = web
  | where words(text) >= 5
  | sample 100%
```

```synth right
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

filter all = web
  | where words(text) >= 5
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
    """Find draws and rankings that keep everything; a share that a param gives may be another tomorrow."""
    for step in steps:
        whole = step.verb in {"sample", "top"} and step.settings.get("share") == 1 and "weigh" not in step.settings
        if whole and isinstance(step.written.arguments[0].value, syntax.Share):
            fix = mend(f"remove this `{step.verb}`", without_step(step.written))
            yield warning(RULE.name, f"this `{step.verb}` keeps every row", step.written.span, help="remove this step, or say a smaller share", fix=fix)


RULE = Rule(name="whole-sample", words=("100%",), steps=check)
