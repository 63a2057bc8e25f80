'''An option of a choice with white space around it, or with nothing in it.

White space around an answer is not told apart, so it is an option that only looks like another word.

```synth wrong
synth 1

prompt chatty(text: text) -> "yes " | "no" {
  ask = """Could this have been typed on a phone? Answer yes or no. {{ text }}"""
}
```

```synth right
synth 1

prompt chatty(text: text) -> "yes" | "no" {
  ask = """Could this have been typed on a phone? Answer yes or no. {{ text }}"""
}
```
'''

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.edits import rewritten
from synthc.compiler.rules.rule import Rule
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Safety, warning


def check(item: syntax.Prompt, _: Scope) -> Iterator[Diagnostic]:
    """Find options that are not what they look like."""
    for option in item.answer.options if isinstance(item.answer, syntax.ChoiceType) else ():
        bare = option.value.strip()
        if bare == option.value and bare:
            continue
        # Other places may name the option as it is spelled here.
        fix = rewritten(option.span, f'"{bare}"', safety=Safety.UNSAFE) if bare and "\\" not in option.span.text else None
        message = "white space stands around this option" if bare else "this option is empty"
        yield warning(RULE.name, message, option.span, help=f'write `"{bare}"`' if bare else "write a word", fix=fix)


RULE = Rule(name="spaced-option", of=(syntax.Prompt,), item=check)
