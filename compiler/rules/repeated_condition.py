"""A condition that stands twice in one `and` or `or`.

Once is enough; the second may have been meant to say something else.

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
  | where safe and words(text) > 5 and safe
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
  | where safe and words(text) > 5
```
"""

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.conditions import Conditions, alike
from synthc.compiler.rules.edits import rewritten
from synthc.compiler.rules.rule import Rule
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Label, warning


def check(conditions: Conditions) -> Iterator[Diagnostic]:
    """Find parts of a chain that are said before."""
    for word in ("and", "or"):
        for chain in conditions.chains(word):
            for i, part in enumerate(chain.parts):
                first = next((one for one in chain.parts[:i] if alike(one, part)), None)
                if first is None:
                    continue
                source = part.span.source
                span = source.span(chain.parts[i - 1].span.end, part.span.end)
                fix = rewritten(span, "", title="remove it") if span.text.count("(") == span.text.count(")") else None
                yield warning(RULE.name, "this condition is said twice", part.span, labels=(Label(span=first.span, text="first said here"),), help="remove one of them", fix=fix)


RULE = Rule(name="repeated-condition", of=(syntax.Declaration, syntax.Test), words=(" or ", " and "), conditions=check)
