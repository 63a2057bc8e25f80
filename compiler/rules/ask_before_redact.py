'''A `redact` behind an `ask` that was given the same column.

Addresses and numbers of people are taken out only after they were sent to the endpoint. Put the `redact` above
the `ask`.

```synth wrong
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

prompt chatty(text: text) -> "yes" | "no" {
  ask = """
    Could this have been typed on a phone? Answer yes or no.

    {{ text }}
    """
}

transform typed = web
  | ask verdict = chatty(text)
  | redact text
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

transform typed = web
  | redact text
  | ask verdict = chatty(text)
```
'''

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.edits import mend, moved_up
from synthc.compiler.rules.rule import Rule
from synthc.compiler.rules.steps import ROW_BY_ROW, Stages
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Label, Safety, warning


def check(steps: Stages, item: syntax.Declaration, _scope: Scope) -> Iterator[Diagnostic]:
    """Find columns that are redacted after they were sent, and not made in between."""
    for i, step in enumerate(steps):
        sent = _sent(steps[:i], step.reads) if step.verb == "redact" else None
        if sent is not None:
            # Questions about the text without its marks are other questions.
            movable = all(one.verb in ROW_BY_ROW for one in steps[sent:i])
            fix = mend("move the `redact` above the `ask`", moved_up(item.steps, i, sent), safety=Safety.UNSAFE) if movable else None
            labels = (Label(span=steps[sent].written.span, text="sent as it is here"),)
            yield warning(RULE.name, "this column is redacted only after it was sent to an endpoint", step.written.span, labels=labels, help="put the `redact` above the `ask`", fix=fix)


def _sent(before: Stages, columns: frozenset[str]) -> int | None:
    """Return the first `ask` that is given one of some columns, as they are at the end."""
    found = None
    for i in range(len(before) - 1, -1, -1):
        if before[i].makes & columns:
            break
        if before[i].verb == "ask" and before[i].reads & columns:
            found = i
    return found


RULE = Rule(name="ask-before-redact", words=("redact",), steps=check)
