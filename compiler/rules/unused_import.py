"""An import of which nothing is used.

It costs the reader a look into another file, and a mistake over there would stop this spec.
Remove it, or use what it brings.

```synth wrong
synth 1

import std.phone

public source web = files("web.jsonl") { license = "CC0-1.0" }

filter short = web
  | where words(text) <= 20
```

```synth right
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

filter short = web
  | where words(text) <= 20
```
"""

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.program import Program
from synthc.compiler.rules.edits import mend, without_item
from synthc.compiler.rules.rule import Rule
from synthc.compiler.rules.usage import mentions
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, warning


def check(program: Program) -> Iterator[Diagnostic]:
    """Find imports whose alias is never said."""
    said = program.known(mentions)
    for item in program.main.syntax.items:
        if isinstance(item, syntax.Import) and item.alias.name not in said:
            fix = mend("remove this import", without_item(item))
            yield warning(RULE.name, f"nothing of `{item.alias.name}` is used", item.span, help="remove this import", fix=fix)


RULE = Rule(name="unused-import", program=check)
