"""An `explode` that keeps the name of its column.

Without `as` the items stand under the name of the list.

```synth wrong
synth 1

public source chats = files("chats.jsonl") {
  turns: list(text) = .turns
  license           = "CC0-1.0"
}

transform said = chats
  | explode turns as turns
```

```synth right
synth 1

public source chats = files("chats.jsonl") {
  turns: list(text) = .turns
  license           = "CC0-1.0"
}

transform said = chats
  | explode turns
```
"""

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.edits import rewritten
from synthc.compiler.rules.rule import Rule
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, warning


def check(item: syntax.Declaration, _: Scope) -> Iterator[Diagnostic]:
    """Find lists that are exploded into columns of their own names."""
    for step in item.steps:
        for clause in step.clauses:
            if step.verb.name == "explode" and clause.word == "as" and step.arguments[0].span.text == clause.value.span.text:
                span = clause.span.source.span(step.arguments[-1].span.end, clause.span.end)
                message = f"`{clause.value.span.text}` keeps its name without `as`"
                yield warning(RULE.name, message, clause.span, help=f"remove `{clause.span.text}`", fix=rewritten(span, "", title="remove it"))


RULE = Rule(name="needless-as", words=("explode",), item=check)
