'''Something that is invented at a temperature of 0.

The likeliest words are taken each time, so texts about like slots come out alike, and the duplicates are thrown
away after they were paid for. Set a `temperature` of about 1 at the prompt or at the `ask`.

```synth wrong
synth 1

prompt invent(topic: text) -> text {
  ask = """Write a message about {{ topic }} that could have been typed on a phone."""
}

generate invented = grid(topic = ["a bus that is late", "a birthday"])
  | ask message = invent(topic)
```

```synth right
synth 1

prompt invent(topic: text) -> text {
  temperature = 1.0
  ask         = """Write a message about {{ topic }} that could have been typed on a phone."""
}

generate invented = grid(topic = ["a bus that is late", "a birthday"])
  | ask message = invent(topic)
```
'''

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.rule import Rule
from synthc.compiler.rules.steps import Stages, start
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Label, warning

WRITTEN = frozenset({"text", "list", "record"})


def check(steps: Stages, item: syntax.Declaration, scope: Scope) -> Iterator[Diagnostic]:
    """Find the first question of a `generate` at a grid, if its answer is written at a temperature of 0."""
    if item.kind.name != "generate" or start(item, scope) is not None:
        return
    step = next((step for step in steps if step.verb == "ask"), None)
    asked = step.settings["prompt"] if step is not None else None
    if step is None or asked is None or asked["answer"]["kind"] not in WRITTEN or asked["temperature"] > 0:
        return
    labels = (Label(span=item.kind.span, text="what is generated should vary"),)
    yield warning(RULE.name, f"`{asked['name']}` invents at a temperature of 0, so texts come out alike", step.written.span, labels=labels, help="set `temperature = 1.0` at the prompt or here")


RULE = Rule(name="cold-generation", words=("generate",), steps=check)
