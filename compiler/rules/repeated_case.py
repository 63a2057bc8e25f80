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
from synthc.compiler.rules.entries import alike, repeated
from synthc.compiler.rules.rule import Rule
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Label, warning


def check(item: syntax.Test, _: Scope) -> Iterator[Diagnostic]:
    """Find cases that were tested before; several conditions on one answer are fine."""
    for first, case, removal in repeated(item.cases):
        labels = (Label(span=first.span, text="first tested here"),)
        if alike(first, case):
            yield warning(RULE.name, "this case is tested twice", case.span, labels=labels, help="remove it", fix=mend("remove it", tidied(item, removal)))
        elif isinstance(first.expected, syntax.Text) and isinstance(case.expected, syntax.Text):
            yield warning(RULE.name, "this case expects another answer above", case.span, labels=labels, help="keep the one that is right")


RULE = Rule(name="repeated-case", of=(syntax.Test,), item=check)
