'''An example that stands twice.

It costs its tokens in every request and shows nothing new. Remove it; where the two are answered differently,
one of the answers is wrong.

```synth wrong
synth 1

prompt chatty(text: text) -> "yes" | "no" {
  examples {
    "ok at 8"         -> "yes"
    "It was signed."  -> "no"
    "ok at 8"         -> "yes"
  }
  ask = """Could this have been typed on a phone? {{ text }}"""
}
```

```synth right
synth 1

prompt chatty(text: text) -> "yes" | "no" {
  examples {
    "ok at 8"         -> "yes"
    "It was signed."  -> "no"
  }
  ask = """Could this have been typed on a phone? {{ text }}"""
}
```
'''

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.edits import mend, tidied
from synthc.compiler.rules.entries import alike, examples, repeated
from synthc.compiler.rules.rule import Rule
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Label, warning


def check(item: syntax.Prompt, _: Scope) -> Iterator[Diagnostic]:
    """Find examples of what was shown before."""
    for first, case, removal in repeated(list(examples(item))):
        labels = (Label(span=first.span, text="first shown here"),)
        if alike(first, case):
            yield warning(RULE.name, "this example is shown twice", case.span, labels=labels, help="remove it", fix=mend("remove it", tidied(item, removal)))
        else:
            yield warning(RULE.name, "this example has another answer above", case.span, labels=labels, help="keep the one that is right")


RULE = Rule(name="repeated-example", of=(syntax.Prompt,), words=("examples",), item=check)
