'''A `where` behind an `ask` whose answer it does not read, or a part of one.

Every row is asked about first, and rows are dropped afterwards that could have been dropped for nothing.
Drop rows before you pay for them: put the `where` above the `ask`. The rows that come out are the same.

```synth wrong
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

prompt chatty(text: text) -> "yes" | "no" {
  ask = """
    Could this have been typed on a phone? Answer yes or no.

    {{ text }}
    """
}

filter typed = web
  | ask verdict = chatty(text)
  | where words(text) in 5..400
  | where verdict.p("yes") >= 0.5
```

```synth right
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

prompt chatty(text: text) -> "yes" | "no" {
  ask = """
    Could this have been typed on a phone? Answer yes or no.

    {{ text }}
    """
}

filter typed = web
  | where words(text) in 5..400
  | ask verdict = chatty(text)
  | where verdict.p("yes") >= 0.5
```
'''

from __future__ import annotations

from collections.abc import Iterator, Sequence

from synthc.compiler.rules.edits import mend, moved_up, split_up
from synthc.compiler.rules.paid import asked_before
from synthc.compiler.rules.rule import Rule
from synthc.compiler.rules.steps import ROW_BY_ROW, Stages
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Label, warning


def check(steps: Stages, item: syntax.Declaration, _scope: Scope) -> Iterator[Diagnostic]:
    """Find conditions that could stand above a question, whole or in part."""
    for i, step in enumerate(steps):
        if step.verb != "where":
            continue
        found = asked_before(steps, i, past=ROW_BY_ROW)
        if found is not None:
            fix = mend("move the `where` above the `ask`", moved_up(item.steps, i, found))
            labels = (Label(span=steps[found].written.span, text="every row is asked about here"),)
            yield warning(RULE.name, "this `where` reads no answer and stands behind an `ask`", step.written.span, labels=labels, help="put it above the `ask`, so that fewer rows are asked about", fix=fix)
        elif any(before.verb == "ask" for before in steps[:i]):
            yield from _part(steps, i, item)


def _part(steps: Stages, place: int, item: syntax.Declaration) -> Iterator[Diagnostic]:
    """Find the parts of a condition that could stand above the question that the others are about."""
    parts = _joined(steps[place].written.arguments[0].value)
    ways = {id(part): asked_before(steps, place, past=ROW_BY_ROW, reads=_names(part)) for part in parts}
    early = [part for part in parts if ways[id(part)] is not None]
    if not early or len(early) == len(parts):
        return
    late = [part for part in parts if ways[id(part)] is None]
    found = max(way for way in ways.values() if way is not None)
    fix = mend("move this part above the `ask`", split_up(item.steps, place, found, [_said(early), _said(late)]))
    labels = (Label(span=steps[found].written.span, text="every row is asked about here"),)
    yield warning(RULE.name, "this part of the `where` reads no answer and stands behind an `ask`", early[0].span, labels=labels, help="put it into a `where` above the `ask`, so that fewer rows are asked about", fix=fix)


def _joined(condition: syntax.Expression) -> list[syntax.Expression]:
    """Return the parts of a condition that all must hold."""
    if isinstance(condition, syntax.Binary) and condition.operator == "and":
        return [*_joined(condition.left), *_joined(condition.right)]
    return [condition]


def _names(part: syntax.Expression) -> frozenset[str]:
    return frozenset(piece.name for piece in syntax.walk(part) if isinstance(piece, syntax.Name))


def _said(parts: Sequence[syntax.Expression]) -> str:
    loose = [isinstance(part, syntax.Binary) and part.operator == "or" for part in parts]
    return " and ".join(f"({part.span.text})" if each and len(parts) > 1 else part.span.text for part, each in zip(parts, loose, strict=True))


RULE = Rule(name="ask-before-where", words=("ask",), steps=check)
