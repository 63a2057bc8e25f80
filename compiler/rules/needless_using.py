'''A `using` that names the only endpoint.

It answers everything anyway. Say `using` where there are several.

```synth wrong
synth 1

endpoint llm = tgi("http://localhost:8080")
public source web = files("web.jsonl") { license = "CC0-1.0" }

prompt chatty(text: text) -> "yes" | "no" {
  ask = """Could this have been typed on a phone? {{ text }}"""
}

filter typed = web
  | ask verdict = chatty(text) using llm
```

```synth right
synth 1

endpoint llm = tgi("http://localhost:8080")
public source web = files("web.jsonl") { license = "CC0-1.0" }

prompt chatty(text: text) -> "yes" | "no" {
  ask = """Could this have been typed on a phone? {{ text }}"""
}

filter typed = web
  | ask verdict = chatty(text)
```
'''

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.edits import rewritten
from synthc.compiler.rules.rule import Rule
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, warning


def check(item: syntax.Declaration, scope: Scope) -> Iterator[Diagnostic]:
    """Find clauses that change nothing."""
    for step in item.steps:
        for clause in step.clauses:
            if clause.word == "using" and step.verb.name == "ask" and _only(clause, step, scope):
                span = clause.span.source.span(step.arguments[-1].span.end, clause.span.end)
                fix = rewritten(span, "", title=f"remove `{clause.span.text}`")
                yield warning(RULE.name, f"`{clause.value.span.text}` is the only endpoint and answers anyway", clause.span, help=f"remove `{clause.span.text}`", fix=fix)


def _only(clause: syntax.Clause, step: syntax.Step, scope: Scope) -> bool:
    found = scope.find(clause.value) if isinstance(clause.value, syntax.Name) else None
    called = step.arguments[0].value
    prompt = scope.find(called.function) if isinstance(called, syntax.Call) else None
    thing = prompt and prompt[0].program.thing(*prompt)
    if found is None or not thing or thing.settings.get("endpoint") is not None:
        return False
    endpoints = [one for one in scope.names.values() if isinstance(one, syntax.Declaration) and one.kind.name == "endpoint"]
    return len(endpoints) == 1 and endpoints[0] is found[1]


RULE = Rule(name="needless-using", words=("using",), item=check)
