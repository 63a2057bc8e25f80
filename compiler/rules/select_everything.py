"""A `select` that names every column there is.

Nothing is left out and nothing is made, so the step does nothing. Remove it.

```synth wrong
synth 1

public source web = files("web.jsonl") {
  text    = .text
  url     = .url
  license = "CC0-1.0"
}

filter short = web
  | where words(text) <= 20
  | select text, url
```

```synth right
synth 1

public source web = files("web.jsonl") {
  text    = .text
  url     = .url
  license = "CC0-1.0"
}

filter short = web
  | where words(text) <= 20
  | select text
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
    """Find selections that leave the columns as they are, in their order."""
    for step in steps:
        if step.verb == "select" and list(step.before) and list(step.settings["columns"].items()) == [(name, {"column": name}) for name in step.before]:
            yield warning(RULE.name, "every column is kept as it is", step.written.span, help="remove this step", fix=mend("remove this `select`", without_step(step.written)))


RULE = Rule(name="select-everything", words=("select",), steps=check)
