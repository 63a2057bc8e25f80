"""A block without settings.

It says nothing. Remove the brackets, or write what was meant.

```synth wrong
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

filter clean = web
  | dedup text {}
```

```synth right
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

filter clean = web
  | dedup text
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from synthc.compiler.rules.edits import mend, without_block
from synthc.compiler.rules.rule import Rule
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, warning

EMPTY = r"\{\s*\}"


def check(item: syntax.Declaration, _: Scope) -> Iterator[Diagnostic]:
    """Find blocks with nothing in them."""
    if not re.search(EMPTY, item.span.text):
        return
    for block in (item.settings, *(step.settings for step in item.steps)):
        if block is not None and not block.entries:
            yield warning(RULE.name, "this block sets nothing", block.span, help="remove it", fix=mend("remove it", without_block(block)))


RULE = Rule(name="empty-settings", words=("{",), item=check)
