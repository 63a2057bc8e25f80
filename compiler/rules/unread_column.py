"""A column that is made and dropped, and read by nothing in between.

An answer was paid for, or an expression worked out, for nothing. Remove the step, or keep the column.

```synth wrong
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

transform short = web
  | let length = words(text)
  | select text
```

```synth right
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

transform short = web
  | chunk text { max_words = 40 }
```
"""

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.edits import mend, without_step
from synthc.compiler.rules.rule import Rule
from synthc.compiler.rules.steps import ROW_BY_ROW, Stage, Stages
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Label, Safety, warning


def check(steps: Stages, _item: syntax.Declaration, _scope: Scope) -> Iterator[Diagnostic]:
    """Find columns that end unread, by a `select` that leaves them out or by a column of the same name."""
    # From the last step up: what becomes of a column below is that it is read, here None, or the step that drops it.
    becomes: dict[str, Stage | None] = {}
    for step in reversed(steps):
        made = step.settings["name"] if step.verb in {"ask", "let"} else None
        dropper = becomes.get(made) if made else None
        if dropper is not None:
            # Rows whose answer or expression fails are set aside with the step, and kept without it.
            fix = mend("remove this step", without_step(step.written), safety=Safety.UNSAFE)
            labels = (Label(span=dropper.written.span, text="dropped here"),)
            yield warning(RULE.name, f"nothing reads `{made}` before it is dropped", step.written.span, labels=labels, help="remove this step, or keep the column", fix=fix)
        gone = () if step.verb in ROW_BY_ROW else step.before.keys() - step.columns.keys()
        becomes.update(dict.fromkeys((*gone, *step.makes), step))
        becomes.update(dict.fromkeys(step.reads))


RULE = Rule(name="unread-column", words=("let", "ask"), steps=check)
