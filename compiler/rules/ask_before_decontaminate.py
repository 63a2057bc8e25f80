'''A `decontaminate` behind an `ask`.

What it drops for its likeness to other rows was asked about, and paid for, before. Put it above the `ask`.

```synth wrong
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

public source held = files("held.jsonl") { license = "CC0-1.0" }

prompt chatty(text: text) -> "yes" | "no" {
  ask = """
    Could this have been typed on a phone? Answer yes or no.

    {{ text }}
    """
}

filter typed = web
  | ask verdict = chatty(text)
  | decontaminate text from held
```

```synth right
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

public source held = files("held.jsonl") { license = "CC0-1.0" }

prompt chatty(text: text) -> "yes" | "no" {
  ask = """
    Could this have been typed on a phone? Answer yes or no.

    {{ text }}
    """
}

filter typed = web
  | decontaminate text from held
  | ask verdict = chatty(text)
```
'''

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.edits import mend, moved_up
from synthc.compiler.rules.paid import asked_before
from synthc.compiler.rules.rule import Rule
from synthc.compiler.rules.steps import ROW_BY_ROW, Stages
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Label, warning


def check(steps: Stages, item: syntax.Declaration, _scope: Scope) -> Iterator[Diagnostic]:
    """Find comparisons with other rows that could stand above a question."""
    for i, step in enumerate(steps):
        found = asked_before(steps, i, past=ROW_BY_ROW) if step.verb == "decontaminate" else None
        if found is not None:
            fix = mend("move the `decontaminate` above the `ask`", moved_up(item.steps, i, found))
            labels = (Label(span=steps[found].written.span, text="every row is asked about here"),)
            yield warning(RULE.name, "rows that are dropped here were asked about before", step.written.span, labels=labels, help="put the `decontaminate` above the `ask`", fix=fix)


RULE = Rule(name="ask-before-decontaminate", words=("decontaminate",), steps=check)
