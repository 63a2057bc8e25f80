"""Two publications to the same place.

The second takes the place of the first. Give each a name of its own.

```synth wrong
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

filter short = web
  | where words(text) <= 20

filter long = web
  | where words(text) > 20

publish short to hub("team/web")
publish long to hub("team/web")
```

```synth right
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

filter short = web
  | where words(text) <= 20

filter long = web
  | where words(text) > 20

publish short to hub("team/short")
publish long to hub("team/long")
```
"""

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.program import Program
from synthc.compiler.rules.rule import Rule
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Label, warning


def check(program: Program) -> Iterator[Diagnostic]:
    """Find places that something else is published to; datasets and models have places of their own."""
    scope = program.scope(program.main)
    seen: dict[tuple[str, str], syntax.Publish] = {}
    for item in scope.module.syntax.items:
        found = scope.find(item.about) if isinstance(item, syntax.Publish) else None
        thing = found and program.thing(*found)
        if not isinstance(item, syntax.Publish) or not thing:
            continue
        first = seen.setdefault((thing.thing, "".join(item.place.span.text.split())), item)
        if first is not item:
            labels = (Label(span=first.place.span, text="published to here too"),)
            yield warning(RULE.name, f"`{item.about.span.text}` takes the place of `{first.about.span.text}`", item.place.span, labels=labels, help="publish to another name")


RULE = Rule(name="repeated-place", program=check)
