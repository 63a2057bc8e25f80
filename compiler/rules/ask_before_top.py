'''A `top` or `spread` behind an `ask` whose answer it does not read.

Every row is asked about, and then some are kept by something else. Choose first and ask about what is left.

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
  | top 500 by words(text)
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
  | top 500 by words(text)
  | ask verdict = chatty(text)
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
    """Find rankings that could be made before a question."""
    for i, step in enumerate(steps):
        found = asked_before(steps, i, past=frozenset({"ask", "let"})) if step.verb in {"top", "spread"} else None
        if found is not None:
            # Where some answers fail, other rows come out of it.
            fix = mend(f"move the `{step.verb}` above the `ask`", moved_up(item.steps, i, found), safety=Safety.UNSAFE)
            labels = (Label(span=steps[found].written.span, text="every row is asked about here"),)
            yield warning(RULE.name, f"this `{step.verb}` reads no answer and stands behind an `ask`", step.written.span, labels=labels, help="put it above the `ask`, so that fewer rows are asked about", fix=fix)


RULE = Rule(name="ask-before-top", words=("ask",), steps=check)
