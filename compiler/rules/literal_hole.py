'''A hole that holds a literal.

It is always filled with the same text. Write the text itself.

```synth wrong
synth 1

prompt invent(topic: text) -> text {
  ask = """Write {{ 3 }} messages about {{ topic }}."""
}
```

```synth right
synth 1

prompt invent(topic: text) -> text {
  ask = """Write 3 messages about {{ topic }}."""
}
```
'''

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.edits import rewritten
from synthc.compiler.rules.rule import Rule
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, warning

SPECIAL = frozenset('\\\n"{}')


def check(item: syntax.Prompt | syntax.Declaration, _: Scope) -> Iterator[Diagnostic]:
    """Find holes without a name in them."""
    if "{{" not in item.span.text:
        return
    for hole in syntax.walk(item):
        if isinstance(hole, syntax.Hole) and isinstance(hole.value, syntax.Text | syntax.Number):
            text = hole.value.value if isinstance(hole.value, syntax.Text) else hole.value.span.text
            fix = rewritten(hole.span, text, title="write the text itself") if isinstance(hole.value, syntax.Text) or text.isdigit() else None
            yield warning(RULE.name, "this hole is always filled with the same", hole.span, help="write the text itself", fix=fix if not SPECIAL & set(text) else None)


RULE = Rule(name="literal-hole", of=(syntax.Prompt, syntax.Declaration), words=("{{",), item=check)
