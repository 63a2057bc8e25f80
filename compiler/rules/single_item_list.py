"""An `in` with a list of one item.

It is a comparison: write `==`, or `!=` for `not in`.

```synth wrong
synth 1

public source web = files("web.jsonl") {
  text       = .text
  kind       = .kind
  safe: bool = .safe
  score: int = .score
  license    = "CC0-1.0"
}

filter chats = web
  | where kind in ["chat"]
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

filter chats = web
  | where kind == "chat"
```
"""

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.conditions import Conditions, sides
from synthc.compiler.rules.edits import rewritten
from synthc.compiler.rules.rule import Rule
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, warning

COMPARES = {"in": "==", "not in": "!="}


def check(conditions: Conditions) -> Iterator[Diagnostic]:
    """Find lists that hold one literal behind `in`."""
    for binary in conditions.of(syntax.Binary):
        if binary.operator in COMPARES and isinstance(binary.right, syntax.ListOf) and len(binary.right.items) == 1:
            (only,) = binary.right.items
            if isinstance(only, syntax.Text | syntax.Number):
                text = f"{sides(binary)[0]} {COMPARES[binary.operator]} {only.span.text}"
                fix = rewritten(binary.span, text)
                yield warning(RULE.name, f"`{binary.operator}` looks into a list of one item", binary.right.span, help=f"write `{text}`", fix=fix)


RULE = Rule(name="single-item-list", of=(syntax.Declaration, syntax.Test), words=("[",), conditions=check)
