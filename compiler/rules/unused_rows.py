"""Rows that nothing reads.

A run makes everything that is declared, and pays for it. In a spec that says what it judges or publishes, rows
that lead to neither are work for nothing. Read them, publish them, or remove them.

```synth wrong
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

filter short = web
  | where words(text) <= 20

filter long = web
  | where words(text) > 20

publish short to hub("team/short")
```

```synth right
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

filter short = web
  | where words(text) <= 20

publish short to hub("team/short")
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
    """Find rows that end nowhere."""
    for item in unused(program, "filter", "transform", "generate", "mix") if ends(program) else ():
        fix = mend(f"remove `{item.name.name}`", without_item(item), safety=Safety.UNSAFE)
        yield warning(RULE.name, f"nothing reads `{item.name.name}`", item.name.span, help="read it, publish it, or remove it", fix=fix)


RULE = Rule(name="unused-rows", program=check)
