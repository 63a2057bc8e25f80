'''A test without cases.

It passes whatever the prompt says. Write cases, or remove it.

```synth wrong
synth 1

prompt chatty(text: text) -> "yes" | "no" {
  ask = """Could this have been typed on a phone? {{ text }}"""
}

test chatty {}
```

```synth right
synth 1

prompt chatty(text: text) -> "yes" | "no" {
  ask = """Could this have been typed on a phone? {{ text }}"""
}

test chatty {
  "ok at 8" -> "yes"
}
```
'''

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.edits import mend, without_item
from synthc.compiler.rules.rule import Rule
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, warning


def check(item: syntax.Test, _: Scope) -> Iterator[Diagnostic]:
    """Find tests that test nothing."""
    if not item.cases:
        yield warning(RULE.name, "this test has no cases", item.span, help="write some, or remove it", fix=mend("remove this test", without_item(item)))


RULE = Rule(name="empty-test", of=(syntax.Test,), item=check)
