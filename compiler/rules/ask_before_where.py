'''A `where` behind an `ask` whose answer it does not read.

Every row is asked about first, and rows are dropped afterwards that could have been dropped for nothing.
Drop rows before you pay for them: put the `where` above the `ask`. The rows that come out are the same.

```synth wrong
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

prompt chatty(text: text) -> "yes" | "no" {
  ask = """
    Could this have been typed on a phone? Answer yes or no.

    {{ text }}
    """
}

filter typed = web
  | ask verdict = chatty(text)
  | where words(text) in 5..400
  | where verdict.p("yes") >= 0.5
```

```synth right
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

prompt chatty(text: text) -> "yes" | "no" {
  ask = """
    Could this have been typed on a phone? Answer yes or no.

    {{ text }}
    """
}

filter typed = web
  | where words(text) in 5..400
  | ask verdict = chatty(text)
  | where verdict.p("yes") >= 0.5
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
    """Find conditions that could stand above a question."""
    for i, step in enumerate(steps):
        found = asked_before(steps, i, past=ROW_BY_ROW) if step.verb == "where" else None
        if found is not None:
            ask = steps[found].written
            fix = mend("move the `where` above the `ask`", moved_up(item.steps, i, found))
            labels = (Label(span=ask.span, text="every row is asked about here"),)
            yield warning(RULE.name, "this `where` reads no answer and stands behind an `ask`", step.written.span, labels=labels, help="put it above the `ask`, so that fewer rows are asked about", fix=fix)


RULE = Rule(name="ask-before-where", words=("ask",), steps=check)
