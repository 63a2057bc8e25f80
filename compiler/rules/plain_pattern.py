"""A regular expression that is a plain text.

Without any special character `matches` finds what `contains` finds, and readers need not look for the pattern.

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
  | where matches(text, "buy now")
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
  | where contains(text, "buy now")
```
"""

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.conditions import Conditions, calls
from synthc.compiler.rules.edits import rewritten
from synthc.compiler.rules.rule import Rule
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, warning

SPECIAL = frozenset("\\^$.|?*+()[]{}#")


def check(conditions: Conditions) -> Iterator[Diagnostic]:
    """Find patterns without a special character."""
    for call in conditions.of(syntax.Call):
        pattern = call.arguments[-1].value if calls(call, "matches") and len(call.arguments) == 2 else None
        if isinstance(pattern, syntax.Text) and pattern.value and not SPECIAL & set(pattern.value):
            fix = rewritten(call.function.span, "contains")
            yield warning(RULE.name, f"`{pattern.span.text}` is a plain text, not a pattern", call.span, help="write `contains`", fix=fix)


RULE = Rule(name="plain-pattern", of=(syntax.Declaration, syntax.Test), words=("matches",), conditions=check)
