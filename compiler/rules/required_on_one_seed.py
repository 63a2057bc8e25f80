"""A `require` that compares models of a single seed.

Two trainings that differ in nothing but their seed differ by a few percent. What is required of one seed each
holds or fails by luck. Train with `seeds = 3`.

```synth wrong
synth 1

public source web  = files("web.jsonl")  { license = "CC0-1.0" }
public source held = files("held.jsonl") { license = "CC0-1.0" }

vocab keys = word_vocab(web) { size = 2k }
model keyboard = lstm(keys)

pretrain small = keyboard on web { words = 1M }
pretrain large = keyboard on web { words = 4M }

evaluate accuracy = next_word(small, large) over held { require = large.top1 >= small.top1 * 1.05 }
```

```synth right
synth 1

public source web  = files("web.jsonl")  { license = "CC0-1.0" }
public source held = files("held.jsonl") { license = "CC0-1.0" }

vocab keys = word_vocab(web) { size = 2k }
model keyboard = lstm(keys)

pretrain small = keyboard on web { words = 1M, seeds = 3 }
pretrain large = keyboard on web { words = 4M, seeds = 3 }

evaluate accuracy = next_word(small, large) over held { require = large.top1 >= small.top1 * 1.05 }
```
"""

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.entries import entry
from synthc.compiler.rules.rule import Rule
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Label, warning


def check(item: syntax.Declaration, scope: Scope) -> Iterator[Diagnostic]:
    """Find requirements on pre-trained models that have one seed each."""
    require = entry(item.settings, "require") if item.kind.name == "evaluate" else None
    if require is None:
        return
    models = {piece.of.span.text: piece.of for piece in syntax.walk(require.value) if isinstance(piece, syntax.Field)}
    trained = [_seeds(model, scope) for model in models.values()]
    if len(trained) > 1 and all(seeds == 1 for seeds in trained):
        found = scope.find(next(iter(models.values())))  # type: ignore[arg-type]
        labels = (Label(span=found[1].name.span, text="trained once"),) if found else ()
        yield warning(RULE.name, "models that were trained once each are compared", require.span, labels=labels, help="train them with `seeds = 3`")


def _seeds(written: syntax.Expression, scope: Scope) -> int | None:
    """Return how often a pre-trained model was trained, None for anything else."""
    found = scope.find(written) if isinstance(written, syntax.Name | syntax.Field) else None
    thing = found and scope.program.thing(*found)
    return int(thing.settings["seeds"]) if thing and thing.kind == "pretrain" else None


RULE = Rule(name="required-on-one-seed", words=("require",), item=check)
