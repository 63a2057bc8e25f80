"""A mix of one part.

Without `words` to give it a size it is that part in another order. Read the part itself.

```synth wrong
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

mix corpus = 100% web

vocab keys = word_vocab(corpus) { size = 2k }
```

```synth right
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

vocab keys = word_vocab(web) { size = 2k }
```
"""

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.entries import entry
from synthc.compiler.rules.rule import Rule
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, warning


def check(item: syntax.Declaration, _: Scope) -> Iterator[Diagnostic]:
    """Find mixes that mix nothing."""
    if isinstance(item.value, syntax.WeightedSum) and len(item.value.terms) == 1 and entry(item.settings, "words") is None:
        part = item.value.terms[0].value.span.text
        yield warning(RULE.name, f"this is `{part}` in another order", item.value.span, help=f"read `{part}` itself, or add a part")


RULE = Rule(name="one-part-mix", words=("mix",), item=check)
