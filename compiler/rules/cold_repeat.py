'''Rows that are repeated and then asked about at a temperature of 0.

Equal questions have equal answers there, so every repetition of a row gets the same one. Set a `temperature`, or
give the number of the repetition to the prompt.

```synth wrong
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

prompt rewrite(text: text) -> text {
  ask = """Write this anew: {{ text }}"""
}

transform anew = web
  | repeat 4
  | ask answer = rewrite(text)
```

```synth right
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

prompt rewrite(text: text) -> text {
  temperature = 1.0
  ask         = """Write this anew: {{ text }}"""
}

transform anew = web
  | repeat 4
  | ask answer = rewrite(text)
```
'''

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.rule import Rule
from synthc.compiler.rules.steps import Stages
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Label, warning

KEEPS = frozenset({"ask", "where", "let", "take", "shuffle"})


def check(steps: Stages, _item: syntax.Declaration, _scope: Scope) -> Iterator[Diagnostic]:
    """Find the first question behind a `repeat`, if nothing makes it another for each repetition."""
    repeat, told = None, frozenset[str]()
    for step in steps:
        if step.verb == "repeat":
            repeat, told = step.written, step.makes
        elif step.verb == "let" and step.reads & told:
            told |= step.makes
        elif repeat is not None and step.verb == "ask" and step.settings["prompt"]["temperature"] == 0 and not step.reads & told:
            labels = (Label(span=repeat.span, text="repeated here"),)
            message = f"`{step.settings['prompt']['name']}` answers every repetition of a row alike, at a temperature of 0"
            yield warning(RULE.name, message, step.written.span, labels=labels, help="set `temperature = 1.0` at the prompt or here, or ask before the `repeat`")
        if step.verb == "ask" or step.verb not in KEEPS | {"repeat"}:
            repeat = None


RULE = Rule(name="cold-repeat", words=("repeat",), steps=check)
