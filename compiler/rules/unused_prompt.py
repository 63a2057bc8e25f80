'''A prompt that nothing asks.

Other prompts of this spec are asked, and this one is neither asked nor tested. Ask it, or remove it.

```synth wrong
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

prompt chatty(text: text) -> "yes" | "no" {
  ask = """Could this have been typed on a phone? {{ text }}"""
}

prompt polite(text: text) -> "yes" | "no" {
  ask = """Is this polite? {{ text }}"""
}

filter typed = web
  | ask verdict = chatty(text)
```

```synth right
synth 1

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

from synthc.compiler.program import Program
from synthc.compiler.rules.edits import mend, without_item
from synthc.compiler.rules.rule import Rule
from synthc.compiler.rules.usage import used, works
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Safety, warning


def check(program: Program) -> Iterator[Diagnostic]:
    """Find prompts that are neither asked nor tested, in a spec that does something."""
    if not works(program):
        return
    names = program.known(used)
    for item in program.main.syntax.items:
        if isinstance(item, syntax.Prompt) and item.name.name not in names:
            fix = mend(f"remove `{item.name.name}`", without_item(item), safety=Safety.UNSAFE)
            yield warning(RULE.name, f"nothing asks `{item.name.name}`", item.name.span, help="ask it, test it, or remove it", fix=fix)


RULE = Rule(name="unused-prompt", program=check)
