'''A `default = true` at the only endpoint.

It answers everything anyway. Say `default` where there are several.

```synth wrong
synth 1

endpoint llm = tgi("http://localhost:8080") {
  default     = true
  concurrency = 128
}

test chatty {
  "ok at 8" -> "yes"
}

prompt chatty(text: text) -> "yes" | "no" {
  ask = """Could this have been typed on a phone? {{ text }}"""
}
```

```synth right
synth 1

endpoint llm = tgi("http://localhost:8080") {
  concurrency = 128
}

test chatty {
  "ok at 8" -> "yes"
}

prompt chatty(text: text) -> "yes" | "no" {
  ask = """Could this have been typed on a phone? {{ text }}"""
}
```
'''

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.edits import mend, without_entries
from synthc.compiler.rules.entries import entry
from synthc.compiler.rules.rule import Rule
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, warning


def check(item: syntax.Declaration, scope: Scope) -> Iterator[Diagnostic]:
    """Find an endpoint that is the default of nothing else."""
    setting = entry(item.settings, "default") if item.kind.name == "endpoint" else None
    if setting is None or item.settings is None or not isinstance(setting.value, syntax.Boolean) or not setting.value.value:
        return
    endpoints = [one for one in scope.names.values() if isinstance(one, syntax.Declaration) and one.kind.name == "endpoint"]
    if len(endpoints) == 1:
        fix = mend("remove `default`", without_entries(item, item.settings, [setting]))
        yield warning(RULE.name, f"`{item.name.name}` is the only endpoint and answers anyway", setting.span, help="remove `default`", fix=fix)


RULE = Rule(name="needless-default", words=("default",), item=check)
