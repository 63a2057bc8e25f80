"""A licence that is not spelled as SPDX spells it.

Programs that read the card of a published dataset know licences by these names, such as `CC-BY-4.0`, and by no other.

```synth wrong
synth 1

public source web = files("web.jsonl") { license = "cc by 4.0" }

filter short = web
  | where words(text) <= 20
```

```synth right
synth 1

public source web = files("web.jsonl") { license = "CC-BY-4.0" }

filter short = web
  | where words(text) <= 20
```
"""

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.edits import rewritten
from synthc.compiler.rules.entries import entry
from synthc.compiler.rules.licences import spelled
from synthc.compiler.rules.rule import Rule
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, warning


def check(item: syntax.Declaration, _: Scope) -> Iterator[Diagnostic]:
    """Find licences that are known under another spelling."""
    licence = entry(item.settings, "license") if item.kind.name == "source" else None
    if licence is None or not isinstance(licence.value, syntax.Text):
        return
    meant = spelled(licence.value.value)
    if meant is not None:
        fix = rewritten(licence.value.span, f'"{meant}"')
        yield warning(RULE.name, f"this licence is `{meant}` in the spelling of SPDX", licence.value.span, help=f'write `"{meant}"`', fix=fix)


RULE = Rule(name="licence-spelling", words=("license",), item=check)
