'''A test case that stands twice.

It asks and pays twice for the same answer. Remove it; where the two expect different answers, one must fail.

```synth wrong
synth 1

prompt chatty(text: text) -> "yes" | "no" {
  ask = """Could this have been typed on a phone? {{ text }}"""
}

test chatty {
  "ok at 8"         -> "yes"
  "It was signed."  -> "no"
  "ok at 8"         -> "yes"
}
```

```synth right
synth 1

prompt chatty(text: text) -> "yes" | "no" {
  ask = """Could this have been typed on a phone? {{ text }}"""
}

test chatty {
  "ok at 8"         -> "yes"
  "It was signed."  -> "no"
}
```
'''

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.edits import mend, tidied
from synthc.compiler.rules.entries import repeated
from synthc.compiler.rules.rule import Rule
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Label, warning


def check(item: syntax.Test, _: Scope) -> Iterator[Diagnostic]:
    """Find cases that were tested before; several conditions on one answer are fine."""
    for found in repeated(item.cases):
        labels = (Label(span=found.first.span, text="first tested here"),)
        if found.alike:
            yield warning(RULE.name, "this case is tested twice", found.case.span, labels=labels, help="remove it", fix=mend("remove it", tidied(item, found.removal)))
        elif isinstance(found.first.expected, syntax.Text) and isinstance(found.case.expected, syntax.Text):
            yield warning(RULE.name, "this case expects another answer above", found.case.span, labels=labels, help="keep the one that is right")


RULE = Rule(name="repeated-case", of=(syntax.Test,), item=check)
