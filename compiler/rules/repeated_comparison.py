"""One value that is compared with several, one by one.

`in` with a list says the same in one comparison, and another value is added without another `or`.

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
  | where kind == "chat" or kind == "mail"
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

from synthc.compiler.rules.conditions import Conditions, alike, sides
from synthc.compiler.rules.edits import rewritten
from synthc.compiler.rules.rule import Rule
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, warning

JOINED = {"or": ("==", "in"), "and": ("!=", "not in")}


def check(conditions: Conditions) -> Iterator[Diagnostic]:
    """Find comparisons of one value that a list would do."""
    for word, (operator, instead) in JOINED.items():
        for chain in conditions.chains(word):
            compared = [part for part in chain.parts if isinstance(part, syntax.Binary) and part.operator == operator]
            values = [part.right for part in compared if isinstance(part.right, syntax.Text | syntax.Number)]
            if not len(chain.parts) == len(compared) == len(values) or not all(alike(part.left, compared[0].left) for part in compared):
                continue
            if len({type(value) for value in values}) > 1 or len({value.value for value in values}) < len(values):
                continue
            text = f"{sides(compared[0])[0]} {instead} [{', '.join(value.span.text for value in values)}]"
            fix = rewritten(chain.whole.span, text)
            yield warning(RULE.name, f"one value is compared with {len(values)}, one by one", chain.whole.span, help=f"write `{text}`", fix=fix)


RULE = Rule(name="repeated-comparison", of=(syntax.Declaration, syntax.Test), words=(" or ", " and "), conditions=check)
