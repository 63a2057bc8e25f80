"""Rows that are shuffled and then only mixed.

A mix shuffles all of its parts, so this order is never seen. Remove the `shuffle`.

```synth wrong
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

filter short = web
  | where words(text) <= 20
  | shuffle

filter long = web
  | where words(text) > 20

mix corpus = 50% short + 50% long
```

```synth right
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

filter short = web
  | where words(text) <= 20

filter long = web
  | where words(text) > 20

mix corpus = 50% short + 50% long
```
"""

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.program import Program, Thing
from synthc.compiler.rules.edits import mend, without_step
from synthc.compiler.rules.rule import Rule
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Label, warning


def check(program: Program) -> Iterator[Diagnostic]:
    """Find rows that end with a `shuffle` and are read by mixes alone."""
    items = [item for item in program.main.syntax.items if isinstance(item, syntax.Declaration) and item.steps and item.steps[-1].verb.name == "shuffle"]
    published = {item.about.span.text for item in program.main.syntax.items if isinstance(item, syntax.Publish)} if items else set()
    things = list(program.all_things()) if items else []
    for item in items:
        readers = [thing for thing in things if item.name.name in thing.inputs]
        if readers and item.name.name not in published and all(thing.kind == "mix" for thing in readers):
            yield _found(item.steps[-1], readers[0])


def _found(step: syntax.Step, mix: Thing) -> Diagnostic:
    labels = (Label(span=mix.span, text="shuffled again here"),)
    fix = mend("remove this `shuffle`", without_step(step))
    return warning(RULE.name, "only mixes read these rows, and they shuffle them again", step.span, labels=labels, help="remove this step", fix=fix)


RULE = Rule(name="shuffle-before-mix", program=check)
