"""A publication of text whose licence forbids it, or says nothing.

What is made from a text carries its licence. One without derivatives (`ND`) may not be published in parts, one that
is not commercial (`NC`) binds everybody who uses the data, and of `proprietary` or `unknown` text nobody may publish
anything. Publish only the model, leave the source out, or ask those who own it.

```synth wrong
synth 1

public source web = files("web.jsonl") { license = "CC-BY-NC-ND-4.0" }

filter short = web
  | where words(text) <= 20

publish short to hub("team/short")
```

```synth right
synth 1

public source web = files("web.jsonl") { license = "CC-BY-4.0" }

filter short = web
  | where words(text) <= 20

publish short to hub("team/short")
```
"""

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.program import Program, Thing
from synthc.compiler.rules.licences import objection
from synthc.compiler.rules.lineage import Things, by_name
from synthc.compiler.rules.rule import Rule
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Label, warning


def check(program: Program) -> Iterator[Diagnostic]:
    """Find publications of what was made from text that may not be published."""
    scope = program.scope(program.main)
    published = [item for item in scope.module.syntax.items if isinstance(item, syntax.Publish)]
    things = by_name(program) if published else {}
    for item in published:
        found = scope.find(item.about)
        thing = found and program.thing(*found)
        for licence in sorted(thing.licences if thing else ()):
            why = objection(licence)
            if thing and why is not None:
                labels = tuple(Label(span=source.span, text=f"under `{licence}`") for source in _under(licence, thing, things))
                yield warning(RULE.name, f"`{thing.name}` is published, and {why}", item.span, labels=labels, help="leave that source out, or ask those who own it")


def _under(licence: str, thing: Thing, things: Things) -> Iterator[Thing]:
    """Yield the sources of a thing that stand under a licence."""
    seen, waiting = set[str](), [thing.name]
    while waiting:
        name = waiting.pop(0)
        if name in seen or name not in things:
            continue
        seen.add(name)
        if things[name].kind == "source" and things[name].settings["license"] == licence:
            yield things[name]
        waiting.extend(things[name].inputs)


RULE = Rule(name="closed-licence", program=check)
