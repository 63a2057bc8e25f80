"""A vocabulary, an architecture or a trained model that nothing uses.

A run trains everything that is declared. In a spec that says what it judges or publishes, a model that is neither
judged nor published, nor the start of another, is trained for nothing.

```synth wrong
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

vocab keys = word_vocab(web) { size = 2k }
vocab more = word_vocab(web) { size = 4k }
model keyboard = lstm(keys)

pretrain baseline = keyboard on web { words = 1M }

publish baseline to hub("team/keyboard")
```

```synth right
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

vocab keys = word_vocab(web) { size = 2k }
model keyboard = lstm(keys)

pretrain baseline = keyboard on web { words = 1M }

publish baseline to hub("team/keyboard")
```
"""

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.program import Program
from synthc.compiler.rules.edits import mend, without_item
from synthc.compiler.rules.rule import Rule
from synthc.compiler.rules.usage import ends, unused
from synthc.dsl.diagnostic import Diagnostic, Safety, warning


def check(program: Program) -> Iterator[Diagnostic]:
    """Find models, and what they are made of, that end nowhere."""
    for item in unused(program, "vocab", "model", "pretrain", "federate") if ends(program) else ():
        fix = mend(f"remove `{item.name.name}`", without_item(item), safety=Safety.UNSAFE)
        yield warning(RULE.name, f"nothing uses `{item.name.name}`", item.name.span, help="judge it, publish it, start another from it, or remove it", fix=fix)


RULE = Rule(name="unused-model", program=check)
