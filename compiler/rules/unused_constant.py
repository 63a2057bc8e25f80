"""A `let` or `param` that nothing reads.

A `param` that is not read can be set, and changes nothing. Read it, or remove it.

```synth wrong
synth 1

param docs: int = 20k
public source web = files("web.jsonl") { license = "CC0-1.0" }

filter short = web
  | take 100
```

```synth right
synth 1

param docs: int = 20k
public source web = files("web.jsonl") { license = "CC0-1.0" }

filter short = web
  | take docs
```
"""

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.program import Program
from synthc.compiler.rules.edits import mend, without_item
from synthc.compiler.rules.rule import Rule
from synthc.compiler.rules.usage import mentions, works
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Safety, warning


def check(program: Program) -> Iterator[Diagnostic]:
    """Find constants that are named nowhere, in a spec that does something."""
    if not works(program):
        return
    said = program.known(mentions)
    for item in program.main.syntax.items:
        if isinstance(item, syntax.Declaration) and item.kind.name in {"let", "param"} and item.name.name not in said:
            fix = mend(f"remove `{item.name.name}`", without_item(item), safety=Safety.UNSAFE)
            yield warning(RULE.name, f"nothing reads `{item.name.name}`", item.name.span, help="read it, or remove it", fix=fix)


RULE = Rule(name="unused-constant", program=check)
