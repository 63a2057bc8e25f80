'''A hole in a text of single double quotes.

Only `"""` texts have holes. In `"..."` the braces are characters like others, and stand in the text as they are written.

Write `"""..."""`.

```synth wrong
synth 1

param data: text = "data"

public source web = files("{{ data }}/web.jsonl") { license = "CC0-1.0" }
```

```synth right
synth 1

param data: text = "data"

public source web = files("""{{ data }}/web.jsonl""") { license = "CC0-1.0" }
```
'''

from __future__ import annotations

import re
from collections.abc import Iterator

from synthc.compiler.rules.edits import rewritten
from synthc.compiler.rules.rule import Rule
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Safety, warning

HOLE = re.compile(r"\{\{\s*[a-z_][\w.]*(?:\([^{}]*\))?\s*\}\}")
"""What a hole looks like: a name, or a call of a function."""


def check(item: syntax.Prompt | syntax.Declaration, _: Scope) -> Iterator[Diagnostic]:
    """Find texts without holes that look as if they had some; examples say what they say."""
    if not HOLE.search(item.span.text):
        return
    shown = {id(text) for cases in syntax.walk(item) if isinstance(cases, syntax.Cases) for text in syntax.walk(cases)}
    for text in syntax.walk(item):
        if isinstance(text, syntax.Text) and id(text) not in shown and not text.span.text.startswith('"""') and (hole := HOLE.search(text.span.text)):
            plain = not {"\\", "\n"} & set(text.span.text)
            fix = rewritten(text.span, f'""{text.span.text}""', title='write `"""..."""`', safety=Safety.UNSAFE) if plain else None
            yield warning(RULE.name, f'`{hole[0]}` is no hole: only `"""` texts have holes', text.span, help='write `"""..."""`', fix=fix)


RULE = Rule(name="plain-hole", of=(syntax.Prompt, syntax.Declaration), words=("{{",), item=check)
