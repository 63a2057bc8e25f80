"""A value that is compared with a low and a high bound, one by one.

A range says it at once: `x in 5..400` for `x >= 5 and x <= 400`, both ends included.

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
  | where words(text) >= 5 and words(text) <= 400
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
  | where words(text) in 5..400
```
"""

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.conditions import Chain, Conditions, alike, literal
from synthc.compiler.rules.edits import rewritten
from synthc.compiler.rules.rule import Rule
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, warning

FLIPPED = {">=": "<=", "<=": ">="}


def check(conditions: Conditions) -> Iterator[Diagnostic]:
    """Find pairs of bounds that stand beside each other."""
    for chain in conditions.chains("and"):
        for place in range(len(chain.parts) - 1):
            found = _range(chain, place)
            if found is not None:
                yield found
                break


def _range(chain: Chain, place: int) -> Diagnostic | None:
    one, other = (_bound(part) for part in chain.parts[place : place + 2])
    if one is None or other is None or one[1] == other[1] or not alike(one[0], other[0]):
        return None
    low, high = (one[2], other[2]) if one[1] == ">=" else (other[2], one[2])
    span = chain.between(place, place + 1)
    if span is None or (literal(low) or 0) >= (literal(high) or 0):
        return None
    text = f"{one[0].span.text} in {low.span.text}..{high.span.text}"
    return warning(RULE.name, "a range says both of these bounds at once", span, help=f"write `{text}`", fix=rewritten(span, text))


def _bound(part: syntax.Expression) -> tuple[syntax.Expression, str, syntax.Expression] | None:
    """Return what is bounded, how and by which number, None for anything else."""
    if not isinstance(part, syntax.Binary) or part.operator not in FLIPPED:
        return None
    if literal(part.right) is not None and literal(part.left) is None:
        return part.left, part.operator, part.right
    if literal(part.left) is not None and literal(part.right) is None:
        return part.right, FLIPPED[part.operator], part.left
    return None


RULE = Rule(name="pair-of-bounds", of=(syntax.Declaration, syntax.Test), words=(" and ",), conditions=check)
