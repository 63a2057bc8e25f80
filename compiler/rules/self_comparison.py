"""A value that is compared with itself.

It is always equal to itself, so all rows are kept, or none. One of the sides was meant to be something else.

```synth wrong
synth 1

public source web = files("web.jsonl") {
  text       = .text
  kind       = .kind
  safe: bool = .safe
  score: int = .score
  license    = "CC0-1.0"
}

filter good = web
  | where words(text) > 5 and score >= score
```

```synth right
synth 1

public source web = files("web.jsonl") {
  text       = .text
  kind       = .kind
  safe: bool = .safe
  score: int = .score
  license    = "CC0-1.0"
}

filter good = web
  | where words(text) > 5 and score >= 3
```
"""

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.conditions import Conditions, alike
from synthc.compiler.rules.rule import Rule
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, warning


def check(conditions: Conditions) -> Iterator[Diagnostic]:
    """Find comparisons whose sides are the same."""
    for binary in conditions.of(syntax.Binary):
        if binary.operator in {"==", "!=", "<", "<=", ">", ">="} and alike(binary.left, binary.right):
            never = binary.operator in {"!=", "<", ">"}
            yield warning(RULE.name, f"a value is compared with itself, which is {'never' if never else 'always'} true", binary.span, help="compare it with something else")


RULE = Rule(name="self-comparison", of=(syntax.Declaration, syntax.Test), words=("==", "!=", "<", ">"), conditions=check)
