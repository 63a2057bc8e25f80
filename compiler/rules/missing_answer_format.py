'''A prompt for a list or a record that does not say how to write one.

The answer is read as JSON. A model that is not told so writes prose, or is forced into JSON against its will.
Write `{{ answer_format }}` where the answer should be described, or describe it in your own words.

```synth wrong
synth 1

prompt split(text: text) -> list(text) {
  max_output = 256
  ask        = """Split this into messages. {{ text }}"""
}
```

```synth right
synth 1

prompt split(text: text) -> list(text) {
  max_output = 256
  ask        = """Split this into messages. {{ answer_format }} {{ text }}"""
}
```
'''

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.entries import examples
from synthc.compiler.rules.rule import Rule
from synthc.compiler.rules.wording import describes_answer, words
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, warning


def check(item: syntax.Prompt, _: Scope) -> Iterator[Diagnostic]:
    """Find answers in JSON that no word and no example speaks of."""
    if not isinstance(item.answer, syntax.ListType | syntax.RecordType) or describes_answer(item):
        return
    if "json" not in words(item) and not any(examples(item)):
        kind = "list" if isinstance(item.answer, syntax.ListType) else "record"
        yield warning(RULE.name, f"the prompt does not say how a {kind} is written", item.answer.span, help="write `{{ answer_format }}` in its text")


RULE = Rule(name="missing-answer-format", of=(syntax.Prompt,), item=check)
