'''A prompt whose instructions come behind its slots.

Servers keep what requests begin with in common and work it out once. Where a slot comes first, nothing is in
common and every request is read anew from its first word. Put what never changes first, the slots last.

```synth wrong
synth 1

prompt chatty(text: text) -> "yes" | "no" {
  ask = """
    {{ text }}

    Read the message above. Could it have been typed on a phone, by somebody in a hurry, to somebody they
    know well? Answer yes or no.
    """
}
```

```synth right
synth 1

prompt chatty(text: text) -> "yes" | "no" {
  ask = """
    Read the message below. Could it have been typed on a phone, by somebody in a hurry, to somebody they
    know well? Answer yes or no.

    {{ text }}
    """
}
```
'''

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.entries import entry
from synthc.compiler.rules.rule import Rule
from synthc.compiler.rules.wording import holds, parts, slots
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, warning

MANY = 20
"""Words that are the same in every request, from which their place is worth a thought."""


def check(item: syntax.Prompt, _: Scope) -> Iterator[Diagnostic]:
    """Find prompts with more to say behind the first slot than before it."""
    # A chat is continued where it ends, so what is asked about it stands behind it.
    filled = slots(item) if entry(item.settings, "turns") is None else frozenset()
    first: syntax.Hole | None = None
    before = after = 0
    for part in parts(item):
        if isinstance(part, str):
            before, after = (before, after + len(part.split())) if first else (before + len(part.split()), after)
        elif first is None and holds(part, filled):
            first = part
    if first is not None and after >= MANY and after > before:
        message = f"{after} words that are the same in every request stand behind this slot"
        yield warning(RULE.name, message, first.span, help="put what never changes first, so that a server works it out once")


RULE = Rule(name="slots-before-instructions", of=(syntax.Prompt,), item=check)
