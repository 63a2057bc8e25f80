'''A `dedup` behind an `ask` whose answer it does not read.

Duplicates are asked about, and paid for, before they are dropped. Put the `dedup` above the `ask`.

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
  | dedup text
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
  | dedup text
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
from synthc.dsl.diagnostic import Diagnostic, Label, Safety, warning


def check(steps: Stages, item: syntax.Declaration, _scope: Scope) -> Iterator[Diagnostic]:
    """Find removals of duplicates that could stand above a question."""
    for i, step in enumerate(steps):
        found = asked_before(steps, i, past=ROW_BY_ROW) if step.verb == "dedup" else None
        if found is not None:
            # Which of several duplicates is kept may depend on a `where` between the two.
            between = {one.verb for one in steps[found:i]}
            fix = mend("move the `dedup` above the `ask`", moved_up(item.steps, i, found), safety=Safety.UNSAFE if "where" in between else Safety.SAFE)
            labels = (Label(span=steps[found].written.span, text="duplicates are asked about here"),)
            yield warning(RULE.name, "duplicates are removed only behind the `ask`", step.written.span, labels=labels, help="put the `dedup` above the `ask`", fix=fix)


RULE = Rule(name="ask-before-dedup", words=("ask",), steps=check)
