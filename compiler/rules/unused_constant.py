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

import re
from collections.abc import Iterator

from synthc.compiler.program import Program
from synthc.compiler.rules.edits import mend, without_item
from synthc.compiler.rules.rule import Rule
from synthc.compiler.rules.usage import works
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Safety, warning


def check(program: Program) -> Iterator[Diagnostic]:
    """Find constants that are named nowhere, in a spec that does something."""
    if not works(program):
        return
    items = program.main.syntax.items
    for item in items:
        if isinstance(item, syntax.Declaration) and item.kind.name in {"let", "param"} and not _read(item, items):
            fix = mend(f"remove `{item.name.name}`", without_item(item), safety=Safety.UNSAFE)
            yield warning(RULE.name, f"nothing reads `{item.name.name}`", item.name.span, help="read it, or remove it", fix=fix)


def _read(constant: syntax.Declaration, items: tuple[syntax.AnyItem, ...]) -> bool:
    word = re.compile(rf"\b{constant.name.name}\b")
    return any(_names(item, constant.name.name) for item in items if item is not constant and word.search(item.span.text))


def _names(item: syntax.AnyItem, name: str) -> bool:
    return any(isinstance(piece, syntax.Name) and piece.name == name for piece in syntax.walk(item))


RULE = Rule(name="unused-constant", program=check)
