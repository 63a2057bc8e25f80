"""A `not` before a comparison.

Every comparison has its opposite, which reads more easily: `a != b` for `not a == b`.

```synth wrong
synth 1

public source web = files("web.jsonl") {
  text       = .text
  kind       = .kind
  safe: bool = .safe
  score: int = .score
  license    = "CC0-1.0"
}

filter other = web
  | where not kind == "spam"
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

filter other = web
  | where kind != "spam"
```
"""

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.conditions import Conditions, sides
from synthc.compiler.rules.edits import rewritten
from synthc.compiler.rules.rule import Rule
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, warning

OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<", "in": "not in", "not in": "in"}


def check(conditions: Conditions) -> Iterator[Diagnostic]:
    """Find denials of one comparison."""
    for unary in conditions.of(syntax.Unary):
        inner = unary.operand
        if unary.operator != "not" or not isinstance(inner, syntax.Binary) or inner.operator not in OPPOSITE or isinstance(inner.right, syntax.Boolean):
            continue
        left, right = sides(inner)
        text = f"{left} {OPPOSITE[inner.operator]} {right}"
        fix = rewritten(unary.span, text)
        yield warning(RULE.name, f"this denies a comparison, and `{OPPOSITE[inner.operator]}` says the same", unary.span, help=f"write `{text}`", fix=fix)


RULE = Rule(name="negated-comparison", of=(syntax.Declaration, syntax.Test), words=("not",), conditions=check)
