"""A source that nothing reads.

Its rows are neither read nor checked, and readers take it for a part of the recipe. Read it, or remove it.

```synth wrong
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

public source books = files("books.jsonl") { license = "CC0-1.0" }

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
from synthc.compiler.rules.usage import unused, works
from synthc.dsl.diagnostic import Diagnostic, Safety, warning


def check(program: Program) -> Iterator[Diagnostic]:
    """Find sources that are read by nothing, in a spec that does something."""
    for item in unused(program, "source") if works(program) else ():
        fix = mend(f"remove `{item.name.name}`", without_item(item), safety=Safety.UNSAFE)
        yield warning(RULE.name, f"nothing reads `{item.name.name}`", item.name.span, help="read it, or remove it", fix=fix)


RULE = Rule(name="unused-source", program=check)
