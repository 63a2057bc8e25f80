"""Several models that are judged and not compared.

Their numbers stand beside each other without an interval, and nobody can say which differences are chance. Say
which models are compared: `pairs = [warm vs baseline]`.

```synth wrong
synth 1

public source web  = files("web.jsonl")  { license = "CC0-1.0" }
public source held = files("held.jsonl") { license = "CC0-1.0" }

vocab keys = word_vocab(web) { size = 2k }
model keyboard = lstm(keys)

pretrain small  = keyboard on web { words = 1M }
pretrain middle = keyboard on web { words = 2M }
pretrain large  = keyboard on web { words = 4M }

evaluate accuracy = next_word(small, middle, large) over held
```

```synth right
synth 1

public source web  = files("web.jsonl")  { license = "CC0-1.0" }
public source held = files("held.jsonl") { license = "CC0-1.0" }

vocab keys = word_vocab(web) { size = 2k }
model keyboard = lstm(keys)

pretrain fast = keyboard on web { words = 1M, learning_rate = 0.01 }
pretrain slow = keyboard on web { like = fast, learning_rate = 0.001 }

evaluate accuracy = next_word(fast, slow) over held
```
"""

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.entries import entry
from synthc.compiler.rules.rule import Rule
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, warning

SEVERAL = 3


def check(item: syntax.Declaration, _: Scope) -> Iterator[Diagnostic]:
    """Find judgements of three models and more that say nothing about them."""
    models = item.value.arguments if item.kind.name == "evaluate" and isinstance(item.value, syntax.Call) else ()
    if len(models) >= SEVERAL and entry(item.settings, "pairs") is None and entry(item.settings, "require") is None:
        first, second = models[0].value.span.text, models[1].value.span.text
        yield warning(RULE.name, f"{len(models)} models are judged, and none is compared with another", item.name.span, help=f"add `pairs = [{second} vs {first}]`")


RULE = Rule(name="missing-pairs", words=("evaluate",), item=check)
