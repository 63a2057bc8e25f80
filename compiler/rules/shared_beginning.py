'''Options of a choice that begin with the same letters.

An option is scored by the first token of an answer. Where two options begin alike, that token may be the same,
and nobody can tell which of them the model meant. Word them so that their first letters differ.

```synth wrong
synth 1

prompt mood(text: text) -> "very good" | "very bad" {
  ask = """Is the mood of this very good or very bad? {{ text }}"""
}
```

```synth right
synth 1

prompt mood(text: text) -> "good" | "bad" {
  ask = """Is the mood of this good or bad? {{ text }}"""
}
```
'''

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.rule import Rule
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Label, warning


def check(item: syntax.Prompt, _: Scope) -> Iterator[Diagnostic]:
    """Find options that share their first word, or of which one begins with the other."""
    options = item.answer.options if isinstance(item.answer, syntax.ChoiceType) else ()
    for i, option in enumerate(options):
        first = next((one for one in options[:i] if _alike(one.value, option.value)), None)
        if first is not None:
            labels = (Label(span=first.span, text="begins in the same way"),)
            yield warning(RULE.name, f"`{option.value}` and `{first.value}` may begin with the same token", option.span, labels=labels, help="word the options so that they begin differently")


def _alike(one: str, other: str) -> bool:
    a, b = one.strip().casefold(), other.strip().casefold()
    return bool(a and b) and (a.split()[0] == b.split()[0] or (min(len(a), len(b)) > 2 and (a.startswith(b) or b.startswith(a))))


RULE = Rule(name="shared-beginning", of=(syntax.Prompt,), item=check)
