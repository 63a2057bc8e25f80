'''Tests of a choice that all expect the same option.

A prompt that always gives this answer passes them. Add a text that should be answered otherwise.

```synth wrong
synth 1

prompt chatty(text: text) -> "yes" | "no" {
  ask = """Could this have been typed on a phone? {{ text }}"""
}

test chatty {
  "ok at 8"    -> "yes"
  "lol see u"  -> "yes"
}
```

```synth right
synth 1

prompt chatty(text: text) -> "yes" | "no" {
  ask = """Could this have been typed on a phone? {{ text }}"""
}

test chatty {
  "ok at 8"            -> "yes"
  "The treaty ended."  -> "no"
}
```
'''

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.program import Program
from synthc.compiler.rules.rule import Rule
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, warning


def check(program: Program) -> Iterator[Diagnostic]:
    """Find choices whose tests, all of the spec together, never expect another option."""
    scope = program.scope(program.main)
    tests: dict[str, list[syntax.Test]] = {}
    for item in scope.module.syntax.items:
        if isinstance(item, syntax.Test):
            tests.setdefault(item.about.span.text, []).append(item)
    for several in tests.values():
        about = several[0].about
        found = scope.find(about) if isinstance(about, syntax.Name | syntax.Field) else None
        cases = [case.expected for test in several for case in test.cases]
        expected = {one.value for one in cases if isinstance(one, syntax.Text)}
        literal = all(isinstance(one, syntax.Text) for one in cases)
        if found and isinstance(found[1], syntax.Prompt) and isinstance(found[1].answer, syntax.ChoiceType) and literal and len(expected) == 1 < len(cases):
            message = f"every case expects `{expected.pop()}`, so a prompt that always says so passes"
            yield warning(RULE.name, message, about.span, help="add a case that expects another option")


RULE = Rule(name="one-sided-test", program=check)
