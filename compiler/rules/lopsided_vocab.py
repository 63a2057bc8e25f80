"""A vocabulary weighed by size that reads rows and what they were taken from.

Everything in the smaller one is in the larger one too, so the larger one alone decides which words are known.
Leave out `weigh = size`, and both count alike.

```synth wrong
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

filter short = web
  | where words(text) <= 20

vocab keys = word_vocab(web, short) { size = 2k, weigh = size }
```

```synth right
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

filter short = web
  | where words(text) <= 20

vocab keys = word_vocab(web, short) { size = 2k }
```
"""

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.program import Program
from synthc.compiler.rules.edits import mend, without_entries
from synthc.compiler.rules.entries import entry
from synthc.compiler.rules.lineage import Things, by_name, made_from
from synthc.compiler.rules.rule import Rule
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Label, Safety, warning

PARTS = frozenset({"filter", "transform"})


def check(program: Program) -> Iterator[Diagnostic]:
    """Find vocabularies of which one input is a part of another."""
    things: Things = {}
    for item in program.main.syntax.items:
        weigh = entry(item.settings, "weigh") if isinstance(item, syntax.Declaration) and item.kind.name == "vocab" else None
        if weigh is None or weigh.value.span.text != "size" or not isinstance(item, syntax.Declaration) or item.settings is None:
            continue
        things = things or by_name(program)
        pair = _contained([node["node"] for node in things[item.name.name].settings["from"]], things)
        if pair is not None:
            part, whole = pair
            fix = mend("remove `weigh`", without_entries(item, item.settings, [weigh]), safety=Safety.UNSAFE)
            labels = (Label(span=things[part].span, text=f"a part of `{whole}`"),)
            yield warning(RULE.name, f"by size the words of `{whole}` outnumber those of `{part}`, which holds nothing else", weigh.span, labels=labels, help="remove `weigh = size`, so that both count alike", fix=fix)


def _contained(names: list[str], things: Things) -> tuple[str, str] | None:
    """Return rows and others that they are a part of."""
    for part in names:
        for whole in names:
            if part != whole and things[part].kind in PARTS and whole in made_from([part], things):
                return part, whole
    return None


RULE = Rule(name="lopsided-vocab", program=check)
