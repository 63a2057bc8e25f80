"""A text in lower case that is compared with capitals.

`lower` leaves none, so nothing is ever found.

```synth wrong
synth 1

public source web = files("web.jsonl") {
  text       = .text
  kind       = .kind
  safe: bool = .safe
  score: int = .score
  license    = "CC0-1.0"
}

filter ads = web
  | where contains(lower(text), "Buy now")
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

filter ads = web
  | where contains(lower(text), "buy now")
```
"""

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.conditions import Conditions, calls
from synthc.compiler.rules.edits import rewritten
from synthc.compiler.rules.rule import Rule
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Safety, warning

LOOKS = frozenset({"contains", "starts_with", "ends_with"})


def check(conditions: Conditions) -> Iterator[Diagnostic]:
    """Find capitals that are looked for in what `lower` gives."""
    for piece in conditions.pieces:
        for sought in _sought(piece):
                if sought.value != sought.value.lower():
                    text = sought.span.text.lower()
                    fix = rewritten(sought.span, text, safety=Safety.UNSAFE)
                    yield warning(RULE.name, f"`lower` leaves no capitals, so `{sought.span.text}` is never found", sought.span, help=f"write `{text}`", fix=fix)


def _sought(piece: syntax.Syntax) -> Iterator[syntax.Text]:
    """Yield what is looked for in a text in lower case."""
    if isinstance(piece, syntax.Binary) and piece.operator in {"==", "!=", "in", "not in"} and calls(piece.left, "lower"):
        values = piece.right.items if isinstance(piece.right, syntax.ListOf) else (piece.right,)
    elif isinstance(piece, syntax.Call) and any(calls(piece, name) for name in LOOKS) and calls(piece.arguments[0].value, "lower"):
        values = (piece.arguments[1].value,)
    else:
        return
    yield from (value for value in values if isinstance(value, syntax.Text))


RULE = Rule(name="capitals-in-lower", of=(syntax.Declaration, syntax.Test), words=("lower",), conditions=check)
