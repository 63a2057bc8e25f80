"""A round number with many zeros.

Zeros are easily miscounted, and a count is a cost here. `20k`, `1.5M` and `2B` say it at a glance.

```synth wrong
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

filter some = web
  | take 20000
```

```synth right
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

filter some = web
  | take 20k
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from synthc.compiler.rules.edits import rewritten
from synthc.compiler.rules.rule import Rule
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, warning

LONG = re.compile(r"[1-9][0-9]{1,9}000")
UNITS = (("B", 10**9, 10**8), ("M", 10**6, 10**5), ("k", 10**3, 10**3))
"""Each unit, what it stands for, and what must divide a number so that one digit behind the point is enough."""


def check(item: syntax.AnyItem, _: Scope) -> Iterator[Diagnostic]:
    """Find round numbers from ten thousand on that are written out."""
    if "000" not in item.span.text:
        return
    for piece in syntax.walk(item):
        if isinstance(piece, syntax.Number) and re.fullmatch(LONG, piece.span.text):
            text = shorter(int(piece.value))
            yield warning(RULE.name, f"the zeros of {piece.span.text} must be counted", piece.span, help=f"write `{text}`", fix=rewritten(piece.span, text))


def shorter(value: int) -> str:
    """Return a number of thousands with its unit.

    >>> shorter(20_000), shorter(1_500_000), shorter(1_234_000)
    ('20k', '1.5M', '1234k')
    """
    unit, power = next((unit, power) for unit, power, step in UNITS if value >= power and value % step == 0)
    return f"{value / power:.10g}{unit}"


RULE = Rule(name="long-number", of=(syntax.Declaration, syntax.Prompt, syntax.Budget, syntax.Test), words=("000",), item=check)
