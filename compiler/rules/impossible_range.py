"""Bounds that no value keeps.

A value is asked to be above one number and below a smaller one, so no row comes through, and the run finds out
after it has read everything.

```synth wrong
synth 1

public source web = files("web.jsonl") {
  text       = .text
  kind       = .kind
  safe: bool = .safe
  score: int = .score
  license    = "CC0-1.0"
}

filter middling = web
  | where words(text) > 400 and words(text) < 5
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

filter middling = web
  | where words(text) > 5 and words(text) < 400
```
"""

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.conditions import Conditions, alike, literal
from synthc.compiler.rules.rule import Rule
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Label, warning

FLIPPED = {">": "<", ">=": "<=", "<": ">", "<=": ">="}
Bound = tuple[syntax.Expression, str, float]


def check(conditions: Conditions) -> Iterator[Diagnostic]:
    """Find pairs of bounds with nothing between them."""
    for chain in conditions.chains("and"):
        bounds = [(part, bound) for part in chain.parts if (bound := _bound(part))]
        for i, (part, bound) in enumerate(bounds):
            other = next((one for one, before in bounds[:i] if _disjoint(before, bound)), None)
            if other is not None:
                labels = (Label(span=other.span, text="the other bound"),)
                yield warning(RULE.name, "no value keeps both of these bounds", part.span, labels=labels, help="swap the bounds, or join them by `or`")


def _bound(part: syntax.Expression) -> Bound | None:
    if not isinstance(part, syntax.Binary) or part.operator not in FLIPPED:
        return None
    left, right = literal(part.left), literal(part.right)
    if right is not None and left is None:
        return part.left, part.operator, right
    return (part.right, FLIPPED[part.operator], left) if left is not None and right is None else None


def _disjoint(one: Bound, other: Bound) -> bool:
    low, high = (one, other) if one[1].startswith(">") else (other, one)
    if not (low[1].startswith(">") and high[1].startswith("<") and alike(low[0], high[0])):
        return False
    return low[2] > high[2] or (low[2] == high[2] and {low[1], high[1]} != {">=", "<="})


RULE = Rule(name="impossible-range", of=(syntax.Declaration, syntax.Test), words=(" and ",), conditions=check)
