"""A condition that is compared with `true` or `false`.

It is true or false already. Write the condition itself, or `not` in front of it.

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
  | where safe == true
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

from synthc.compiler.rules.conditions import Conditions, sides
from synthc.compiler.rules.edits import rewritten
from synthc.compiler.rules.rule import Rule
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, warning


def check(conditions: Conditions) -> Iterator[Diagnostic]:
    """Find comparisons with `true` and `false`."""
    for binary in conditions.of(syntax.Binary):
        if binary.operator not in {"==", "!="} or not isinstance(binary.right, syntax.Boolean):
            continue
        left, _right = sides(binary)
        text = left if binary.right.value == (binary.operator == "==") else f"not {left}"
        fix = rewritten(binary.span, text)
        yield warning(RULE.name, f"this is compared with `{binary.right.span.text}`, and is true or false already", binary.span, help=f"write `{text}`", fix=fix)


RULE = Rule(name="compared-with-true", of=(syntax.Declaration, syntax.Test), words=("true", "false"), conditions=check)
