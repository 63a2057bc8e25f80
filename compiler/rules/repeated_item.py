"""A value that stands twice in the list behind an `in`.

Once is enough; the second may have been meant to be another.

```synth wrong
synth 1

public source web = files("web.jsonl") {
  text       = .text
  kind       = .kind
  safe: bool = .safe
  score: int = .score
  license    = "CC0-1.0"
}

filter some = web
  | where kind in ["chat", "mail", "chat"]
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

filter some = web
  | where kind in ["chat", "mail"]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.conditions import Conditions
from synthc.compiler.rules.edits import rewritten
from synthc.compiler.rules.rule import Rule
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Label, warning


def check(conditions: Conditions) -> Iterator[Diagnostic]:
    """Find texts and numbers that a list names before."""
    for binary in conditions.of(syntax.Binary):
        if binary.operator not in {"in", "not in"} or not isinstance(binary.right, syntax.ListOf):
            continue
        seen: dict[object, syntax.Expression] = {}
        for i, one in enumerate(binary.right.items):
            if not isinstance(one, syntax.Text | syntax.Number):
                continue
            if one.value in seen:
                span = one.span.source.span(binary.right.items[i - 1].span.end, one.span.end)
                labels = (Label(span=seen[one.value].span, text="first named here"),)
                yield warning(RULE.name, f"`{one.span.text}` is named twice", one.span, labels=labels, help="remove one of them", fix=rewritten(span, "", title="remove it"))
            seen.setdefault(one.value, one)


RULE = Rule(name="repeated-item", of=(syntax.Declaration, syntax.Test), words=("[",), conditions=check)
