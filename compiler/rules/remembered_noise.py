"""Bands whose noise takes more than a gigabyte to remember.

Under `banded` a round takes back a part of the noise of each round that its bands reach over. All of that noise is
kept, one vector as large as the model for each of them but one: in memory, and in the state on the disk, so that a
kill loses none. With hundreds of bands and a model of millions of numbers that is slower than the training, or does
not fit.

`blt` remembers a few vectors, and adds hardly more noise. Fewer bands help too, at the price of more noise.

```synth wrong
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

private source users = files("users.jsonl") {
  text       = .text
  user       = .user
  population = 10M
  split      = { test = 10% }
}

vocab keys = word_vocab(web) { size = 10k }
model keyboard = lstm(keys)

pretrain warm = keyboard on web { words = 20M }

federate tuned = warm over users {
  rounds = 1000
  cohort = 6500
  local  = sgd(0.5)
  dp     = banded(clip = 0.3, epsilon = 4, bands = 500, separation = 500)
}

budget users { epsilon = 8, delta = 1e-10 }
```

```synth right
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

private source users = files("users.jsonl") {
  text       = .text
  user       = .user
  population = 10M
  split      = { test = 10% }
}

vocab keys = word_vocab(web) { size = 10k }
model keyboard = lstm(keys)

pretrain warm = keyboard on web { words = 20M }

federate tuned = warm over users {
  rounds = 1000
  cohort = 6500
  local  = sgd(0.5)
  dp     = blt(clip = 0.3, epsilon = 4, separation = 500)
}

budget users { epsilon = 8, delta = 1e-10 }
```
"""

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.rule import Rule
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Label, warning

MOST = 1e9


def check(item: syntax.Declaration, scope: Scope) -> Iterator[Diagnostic]:
    """Find bands that take more than a gigabyte."""
    from synthc.compiler.rules.noise import tuned_model

    thing = scope.program.thing(scope, item) if item.kind.name == "federate" else None
    dp = thing.settings["dp"] if thing is not None else None
    model = tuned_model(item, scope) if dp is not None and dp["mechanism"] == "banded" else None
    if dp is None or model is None:
        return
    one = 4 * model.parameters
    if (vectors := dp["bands"] - 1) * one > MOST:
        message = f"`{item.name.name}` remembers the noise of {vectors:,} rounds, {vectors * one / 1e9:,.1f} GB in memory and in its state on the disk"
        labels = (Label(span=model.span, text=f"{model.parameters:,} parameters"),)
        yield warning(RULE.name, message, item.name.span, labels=labels, help=f"take at most {max(2, int(MOST / one) + 1):,} bands, or `blt(...)`, which remembers 3 vectors and adds hardly more noise")


RULE = Rule(name="remembered-noise", words=("federate",), item=check)
