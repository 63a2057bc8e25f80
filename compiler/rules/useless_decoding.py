'''Settings of decoding at a choice.

The options of a choice are scored by their first token, and the likeliest is the answer: nothing is drawn and
nothing is written, so `temperature`, `top_p`, `max_output`, `stop` and `retries` change no answer. A temperature above 0
costs, for then equal questions are asked again. Remove them.

```synth wrong
synth 1

prompt chatty(text: text) -> "yes" | "no" {
  max_input   = 512
  temperature = 0.7
  ask         = """Could this have been typed on a phone? {{ text }}"""
}
```

```synth right
synth 1

prompt chatty(text: text) -> "yes" | "no" {
  max_input = 512
  ask       = """Could this have been typed on a phone? {{ text }}"""
}
```
'''

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.edits import mend, without_entries
from synthc.compiler.rules.rule import Rule
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, warning

DECODING = frozenset({"temperature", "top_p", "max_output", "stop", "retries"})


def check(item: syntax.Prompt | syntax.Declaration, scope: Scope) -> Iterator[Diagnostic]:
    """Find decoding of answers that are not written."""
    if isinstance(item, syntax.Prompt):
        yield from _useless(item, item.settings if isinstance(item.answer, syntax.ChoiceType) else None)
        return
    for step in item.steps:
        if step.settings is not None and step.verb.name == "ask" and _chooses(step, scope):
            yield from _useless(item, step.settings)


def _chooses(step: syntax.Step, scope: Scope) -> bool:
    called = step.arguments[0].value
    found = scope.find(called.function) if isinstance(called, syntax.Call) else None
    return found is not None and isinstance(found[1], syntax.Prompt) and isinstance(found[1].answer, syntax.ChoiceType)


def _useless(item: syntax.Prompt | syntax.Declaration, block: syntax.Settings | None) -> Iterator[Diagnostic]:
    entries = [entry for entry in block.entries if entry.name.name in DECODING] if block else []
    if block is None or not entries:
        return
    names = " and ".join(f"`{entry.name.name}`" for entry in entries)
    verb = "have" if len(entries) > 1 else "has"
    fix = mend(f"remove {names}", without_entries(item, block, entries))
    yield warning(RULE.name, f"a choice is scored, not written, so {names} {verb} no effect", entries[0].span, help=f"remove {names}", fix=fix)


RULE = Rule(name="useless-decoding", of=(syntax.Prompt, syntax.Declaration), words=("temperature", "top_p", "max_output", "stop", "retries"), item=check)
