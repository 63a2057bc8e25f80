'''Examples of a choice that leave an option out.

A model answers what it was shown. An option without an example is chosen too rarely. Show every option once,
or none.

```synth wrong
synth 1

prompt mood(text: text) -> "good" | "bad" | "neither" {
  examples {
    "what a day!"  -> "good"
    "leave me"     -> "bad"
  }
  ask = """Is the mood good, bad or neither? {{ text }}"""
}
```

```synth right
synth 1

prompt mood(text: text) -> "good" | "bad" | "neither" {
  examples {
    "what a day!"  -> "good"
    "leave me"     -> "bad"
    "ok at 8"      -> "neither"
  }
  ask = """Is the mood good, bad or neither? {{ text }}"""
}
```
'''

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.entries import examples
from synthc.compiler.rules.rule import Rule
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Label, warning


def check(item: syntax.Prompt, _: Scope) -> Iterator[Diagnostic]:
    """Find options that no example is answered with."""
    shown = [case.expected for case in examples(item)]
    if not shown or not isinstance(item.answer, syntax.ChoiceType) or not all(isinstance(one, syntax.Text) for one in shown):
        return
    answered = {one.value for one in shown if isinstance(one, syntax.Text)}
    for option in item.answer.options:
        if option.value not in answered:
            labels = (Label(span=shown[0].span, text="examples are answered with others"),)
            yield warning(RULE.name, f"no example is answered with `{option.value}`", option.span, labels=labels, help="add one, or show no examples")


RULE = Rule(name="missing-option-example", of=(syntax.Prompt,), words=("examples",), item=check)
