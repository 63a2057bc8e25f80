'''An `ask` that asks the same about every row.

Nothing of the row is given to the prompt, so all questions are equal: at a temperature of 0 there is one answer
for all, above it a few that vary by chance alone. What is generated varies by the slots of its grid; give them
to the prompt.

```synth wrong
synth 1

prompt invent() -> text {
  temperature = 1.0
  ask         = """Write a message that could have been typed on a phone."""
}

generate invented = grid(number = 1..1000)
  | ask message = invent()
```

```synth right
synth 1

prompt invent(topic: text) -> text {
  temperature = 1.0
  ask         = """Write a message about {{ topic }} that could have been typed on a phone."""
}

generate invented = grid(number = 1..500, topic = ["a bus that is late", "a birthday"])
  | ask message = invent(topic)
```
'''

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.rule import Rule
from synthc.compiler.rules.steps import Stages
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Label, warning


def check(steps: Stages, item: syntax.Declaration, _scope: Scope) -> Iterator[Diagnostic]:
    """Find questions that read no column."""
    for step in steps:
        if step.verb == "ask" and not step.reads:
            labels = (Label(span=item.value.span, text="nothing of these rows is read by it"),) if item.value else ()
            yield warning(RULE.name, "the same question is asked about every row", step.written.span, labels=labels, help="give columns to the slots of the prompt")


RULE = Rule(name="same-question", words=("ask",), steps=check)
