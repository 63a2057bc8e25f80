'''A probability that is compared with a number it never reaches.

`.p(...)` lies between 0 and 1, and `.logprob` is never above 0: compared with `50`, say, every row is dropped.

```synth wrong
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

prompt chatty(text: text) -> "yes" | "no" {
  ask = """
    Could this have been typed on a phone? Answer yes or no.

    {{ text }}
    """
}

filter typed = web
  | ask verdict = chatty(text)
  | where verdict.p("yes") >= 50
```

```synth right
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

prompt chatty(text: text) -> "yes" | "no" {
  ask = """
    Could this have been typed on a phone? Answer yes or no.

    {{ text }}
    """
}

filter typed = web
  | ask verdict = chatty(text)
  | where verdict.p("yes") >= 0.5
```
'''

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.conditions import Conditions, literal
from synthc.compiler.rules.rule import Rule
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, warning


def check(conditions: Conditions) -> Iterator[Diagnostic]:
    """Find bounds of probabilities that lie outside of what they can be."""
    for binary in conditions.of(syntax.Binary):
        if binary.operator not in {"<", "<=", ">", ">=", "==", "!="}:
            continue
        for side, other in ((binary.left, binary.right), (binary.right, binary.left)):
            bound = literal(other)
            if bound is not None and _probability(side) and not 0 <= bound <= 1:
                yield warning(RULE.name, f"a probability lies between 0 and 1, and is compared with {other.span.text}", other.span, help="write a number between 0 and 1")
            elif bound is not None and bound > 0 and isinstance(side, syntax.Field) and side.name.name == "logprob":
                yield warning(RULE.name, f"a log-probability is never above 0, and is compared with {other.span.text}", other.span, help="write a number of 0 or less")


def _probability(written: syntax.Expression) -> bool:
    return isinstance(written, syntax.Call) and isinstance(written.function, syntax.Field) and written.function.name.name == "p"


RULE = Rule(name="impossible-probability", of=(syntax.Declaration, syntax.Test), words=(".p", ".logprob"), conditions=check)
