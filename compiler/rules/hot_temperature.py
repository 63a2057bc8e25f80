'''A temperature above 2.

What a model writes falls apart far below that. Something between 0.7 and 1.2 varies and stays readable.

```synth wrong
synth 1

prompt invent(topic: text) -> text {
  temperature = 5
  ask         = """Write a message about {{ topic }}."""
}
```

```synth right
synth 1

prompt invent(topic: text) -> text {
  temperature = 1.0
  ask         = """Write a message about {{ topic }}."""
}
```
'''

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.entries import entry
from synthc.compiler.rules.rule import Rule
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, warning

HOTTEST = 2


def check(item: syntax.Prompt | syntax.Declaration, _: Scope) -> Iterator[Diagnostic]:
    """Find temperatures at which nothing can be read."""
    blocks = [item.settings] if isinstance(item, syntax.Prompt) else [step.settings for step in item.steps]
    for block in blocks:
        setting = entry(block, "temperature")
        if setting is not None and isinstance(setting.value, syntax.Number) and setting.value.value > HOTTEST:
            yield warning(RULE.name, f"at a temperature of {setting.value.span.text} what is written falls apart", setting.value.span, help="write a number up to 2; 1.0 is usual")


RULE = Rule(name="hot-temperature", of=(syntax.Prompt, syntax.Declaration), words=("temperature",), item=check)
