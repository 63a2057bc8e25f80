"""A `not` before another `not`.

They cancel each other. Remove both, or the one that was not meant.

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
  | where not not safe
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
  | where safe
```
"""

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.conditions import Conditions
from synthc.compiler.rules.edits import rewritten
from synthc.compiler.rules.rule import Rule
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, warning


def check(conditions: Conditions) -> Iterator[Diagnostic]:
    """Find denials of denials."""
    for unary in conditions.of(syntax.Unary):
        inner = unary.operand
        if unary.operator == "not" and isinstance(inner, syntax.Unary) and inner.operator == "not":
            text = inner.span.text.removeprefix("not").strip()
            fix = rewritten(unary.span, text)
            yield warning(RULE.name, "two denials cancel each other", unary.span, help=f"write `{text}`", fix=fix)


RULE = Rule(name="double-negation", of=(syntax.Declaration, syntax.Test), words=("not",), conditions=check)
