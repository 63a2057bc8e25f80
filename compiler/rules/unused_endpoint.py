"""An endpoint that answers nothing.

Every prompt and every `ask` names another, or nothing is asked at all. Use it, or remove it.

```synth wrong
synth 1

endpoint llm = tgi("http://localhost:8080")
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
from synthc.compiler.rules.usage import unused, works
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Safety, warning


def check(program: Program) -> Iterator[Diagnostic]:
    """Find endpoints that nothing asks; the one of the tests is asked by them."""
    if not works(program):
        return
    scope = program.scope(program.main)
    tested = any(isinstance(item, syntax.Test) for each in program.scopes() for item in each.module.syntax.items)
    for item in unused(program, "endpoint"):
        thing = program.thing(scope, item)
        chosen = thing is not None and (thing.settings.get("default") or _only(program))
        if not (tested and chosen):
            fix = mend(f"remove `{item.name.name}`", without_item(item), safety=Safety.UNSAFE)
            yield warning(RULE.name, f"nothing asks `{item.name.name}`", item.name.span, help="use it, or remove it", fix=fix)


def _only(program: Program) -> bool:
    kinds = [item.kind.name for item in program.main.syntax.items if isinstance(item, syntax.Declaration)]
    return kinds.count("endpoint") == 1


RULE = Rule(name="unused-endpoint", program=check)
