'''An option of a choice that the prompt never names.

A model that is not told what it may answer answers something else, and the option is scored among words that it
would never say. Name every option, or write `{{ answer_format }}`. (`yes` and `no` need no naming.)

```synth wrong
synth 1

prompt mood(text: text) -> "cheerful" | "sad" {
  ask = """How cheerful is this? {{ text }}"""
}
```

```synth right
synth 1

prompt mood(text: text) -> "cheerful" | "sad" {
  ask = """Is this cheerful or sad? {{ text }}"""
}
```
'''

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.rule import Rule
from synthc.compiler.rules.wording import describes_answer, words
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, warning

UNDERSTOOD = frozenset({"yes", "no", "true", "false"})


def check(item: syntax.Prompt, _: Scope) -> Iterator[Diagnostic]:
    """Find options that stand nowhere in the text."""
    if not isinstance(item.answer, syntax.ChoiceType) or describes_answer(item):
        return
    text = words(item)
    for option in item.answer.options:
        said = option.value.strip().casefold()
        if said and said not in UNDERSTOOD and said not in text:
            yield warning(RULE.name, f"the prompt never names `{option.value}`", option.span, help="name it in the text, or write `{{ answer_format }}` there")


RULE = Rule(name="unnamed-option", of=(syntax.Prompt,), item=check)
