'''A test case that the prompt shows as an example.

The answer stands in the request, so the case proves nothing. Test with a text that the prompt does not show.

```synth wrong
synth 1

prompt chatty(text: text) -> "yes" | "no" {
  examples {
    "ok at 8"         -> "yes"
    "It was signed."  -> "no"
  }
  ask = """Could this have been typed on a phone? {{ text }}"""
}

test chatty {
  "ok at 8"            -> "yes"
  "The treaty ended."  -> "no"
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

test chatty {
  "lol see u"          -> "yes"
  "The treaty ended."  -> "no"
}
```
'''

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.entries import examples, given
from synthc.compiler.rules.rule import Rule
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Label, warning


def check(item: syntax.Test, scope: Scope) -> Iterator[Diagnostic]:
    """Find cases that give what an example gives."""
    found = scope.find(item.about) if isinstance(item.about, syntax.Name | syntax.Field) else None
    if found is None or not isinstance(found[1], syntax.Prompt):
        return
    shown = {given(case): case for case in examples(found[1])}
    for case in item.cases if shown else ():
        example = shown.get(given(case))
        if example is not None:
            labels = (Label(span=example.span, text="shown to the model here"),)
            yield warning(RULE.name, "this case is an example of the prompt, so it proves nothing", case.span, labels=labels, help="test with a text that the prompt does not show")


RULE = Rule(name="tested-example", of=(syntax.Test,), item=check)
