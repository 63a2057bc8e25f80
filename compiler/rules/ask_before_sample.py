'''A `sample` right behind an `ask`.

Every row is asked about, and then most of the answers are thrown away by chance. Draw first and ask about
what was drawn. (A `take` behind an `ask` is fine: it stops the asking.)

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
  | sample 500
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
  | sample 500
  | ask verdict = chatty(text)
  | where verdict.p("yes") >= 0.5
```
'''

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.edits import mend, moved_up
from synthc.compiler.rules.paid import asked_before
from synthc.compiler.rules.rule import Rule
from synthc.compiler.rules.steps import Stages
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Label, Safety, warning


def check(steps: Stages, item: syntax.Declaration, _scope: Scope) -> Iterator[Diagnostic]:
    """Find draws that could be made before a question."""
    for i, step in enumerate(steps):
        found = asked_before(steps, i, past=frozenset({"ask", "let"})) if step.verb == "sample" else None
        if found is not None:
            # Where some answers fail, fewer rows come out of it.
            fix = mend("move the `sample` above the `ask`", moved_up(item.steps, i, found), safety=Safety.UNSAFE)
            labels = (Label(span=steps[found].written.span, text="every row is asked about here"),)
            yield warning(RULE.name, "rows are drawn only after all of them were asked about", step.written.span, labels=labels, help="put the `sample` above the `ask`", fix=fix)


RULE = Rule(name="ask-before-sample", words=("ask",), steps=check)
