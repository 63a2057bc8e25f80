'''A `stop` that a good answer contains.

The answer ends where the text of `stop` begins, so a list ends at its first comma and an example could not be
answered as it shows.

```synth wrong
synth 1

prompt split(text: text) -> list(text) {
  stop = [","]
  ask  = """Split this into messages. {{ answer_format }} {{ text }}"""
}
```

```synth right
synth 1

prompt split(text: text) -> list(text) {
  stop = ["END"]
  ask  = """Split this into messages. {{ answer_format }} {{ text }}"""
}
```
'''

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.entries import entry, examples
from synthc.compiler.rules.rule import Rule
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Label, warning

MARKS = {syntax.ListType: frozenset('[],"'), syntax.RecordType: frozenset('{}:,"')}


def check(item: syntax.Prompt, _: Scope) -> Iterator[Diagnostic]:
    """Find texts that stop an answer too early."""
    setting = entry(item.settings, "stop")
    stops = setting.value.items if setting is not None and isinstance(setting.value, syntax.ListOf) else ()
    for stop in stops:
        if isinstance(stop, syntax.Text) and (label := _holding(item, stop.value)):
            yield warning(RULE.name, f"an answer ends at `{stop.span.text}`, which good answers hold", stop.span, labels=(label,), help="stop at something that no answer holds")


def _holding(item: syntax.Prompt, stop: str) -> Label | None:
    """Return what holds the text of a stop."""
    if stop in MARKS.get(type(item.answer), ()):
        return Label(span=item.answer.span, text="written with such marks")
    for case in examples(item):
        if stop and isinstance(case.expected, syntax.Text) and stop in case.expected.value:
            return Label(span=case.expected.span, text="an answer that holds it")
    return None


RULE = Rule(name="cut-answer", of=(syntax.Prompt,), words=("stop",), item=check)
