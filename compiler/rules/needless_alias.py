"""An import under the name that it has anyway.

`import std.phone` brings `phone`; say `as` for another name only.

```synth wrong
synth 1

import std.phone as phone

public source web = files("web.jsonl") { license = "CC0-1.0" }

filter typed = web
  | ask verdict = phone.typed_on_phone(text)
```

```synth right
synth 1

import std.phone

public source web = files("web.jsonl") { license = "CC0-1.0" }

filter typed = web
  | ask verdict = phone.typed_on_phone(text)
```
"""

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.edits import rewritten
from synthc.compiler.rules.rule import Rule
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, warning


def check(item: syntax.Import, _: Scope) -> Iterator[Diagnostic]:
    """Find aliases that say nothing new."""
    dotted = ".".join(item.module)
    if item.module and item.alias.name == item.module[-1] and not item.span.text.endswith(dotted):
        text = f"import {dotted}"
        yield warning(RULE.name, f"`{item.alias.name}` is its name without an alias", item.alias.span, help=f"write `{text}`", fix=rewritten(item.span, text))


RULE = Rule(name="needless-alias", of=(syntax.Import,), words=(" as ",), item=check)
