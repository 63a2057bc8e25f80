"""A training that reads the same text more than four times.

A small model begins to learn its text by heart, and is then judged worse on text that it has not seen. Train
for fewer words, or on more text.

```synth wrong
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

filter short = web
  | where words(text) <= 20

mix corpus = 60% web + 40% short { words = 1M }

vocab keys = word_vocab(web) { size = 2k }
model keyboard = lstm(keys)

pretrain warm = keyboard on corpus { words = 20M }
```

```synth right
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

filter short = web
  | where words(text) <= 20

mix corpus = 60% web + 40% short { words = 10M }

vocab keys = word_vocab(web) { size = 2k }
model keyboard = lstm(keys)

pretrain warm = keyboard on corpus { words = 20M }
```
"""

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.rule import Rule
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Label, warning

MOST = 4


def check(item: syntax.Declaration, scope: Scope) -> Iterator[Diagnostic]:
    """Find trainings on a mix that says how many words it has."""
    thing = scope.program.thing(scope, item) if item.kind.name == "pretrain" else None
    rows = next((clause.value for clause in item.clauses if clause.word == "on"), None)
    found = scope.find(rows) if isinstance(rows, syntax.Name | syntax.Field) else None
    mix = found and scope.program.thing(*found)
    words = mix.settings.get("words") if mix and mix.kind == "mix" else None
    if thing is None or not mix or not words or thing.settings["words"] <= MOST * words:
        return
    passes = thing.settings["words"] / words
    labels = (Label(span=mix.span, text=f"{words:,} words"),)
    message = f"`{item.name.name}` reads `{mix.name}` {passes:.3g} times over"
    yield warning(RULE.name, message, item.name.span, labels=labels, help="train for fewer words, or on more text")


RULE = Rule(name="many-passes", words=("pretrain",), item=check)
