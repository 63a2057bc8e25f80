"""A federation whose noise is longer than anything that it could learn.

Every update of a user is clipped, so the mean of a round is never longer than `clip`. The noise on it has the same
spread in each coordinate, and a model has many: together they are as long as noise x clip x sqrt(parameters) /
cohort. Where that is more than the clip, a round moves the model by chance. More users in a round are the remedy:
noise falls with the cohort, and epsilon hardly rises. A smaller model, or a larger epsilon, help as well.

Where devices are absent (`dropout`) or a round is closed early (`report_goal`), fewer updates are added up, and the
noise stays that of the whole cohort.

Under `tree`, `blt` and `banded` later rounds take back noise of earlier ones; there the noise of a round is that on the sum of
all rounds, spread over them as independent noise would be.

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
  cohort = 100
  local  = sgd(0.5)
  dp     = gaussian(clip = 0.3, epsilon = 4)
}

budget users { epsilon = 100, delta = 1e-10 }
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
  dp     = gaussian(clip = 0.3, epsilon = 4)
}

budget users { epsilon = 100, delta = 1e-10 }
```
"""

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.graph.answers import NotYet
from synthc.compiler.rules.rule import Rule
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Label, warning

BEYOND = 1e4


def check(item: syntax.Declaration, scope: Scope) -> Iterator[Diagnostic]:
    """Find mechanisms whose noise in a round is longer than the longest update."""
    if item.kind.name != "federate":
        return
    from synthc.compiler.rules.noise import needed, tuning

    try:
        found = tuning(item, scope)
    except NotYet:
        return
    # Noise beyond all measure is an epsilon that no noise reaches, which is said elsewhere.
    if found is None or not 1 < found.ratio < BEYOND:
        return
    labels = (Label(span=found.model, text=f"{found.parameters:,} parameters"),)
    few = f" where {100 * found.answering:.3g}% of a cohort answer" if found.answering < 1 else ""
    message = f"the noise of a round is at least {float(format(found.ratio, '.2g')):,g} times as long as the longest update{few}"
    yield warning(RULE.name, message, item.name.span, labels=labels, help=_help(needed(found), found.answering))


def _help(enough: int | None, answering: float) -> str:
    if enough is None:
        return "take a smaller model, or a larger epsilon"
    some = f" of whom {round(enough * answering):,} answer" if answering < 1 else ""
    return f"a cohort of {enough:,}{some} is enough, or take a smaller model or a larger epsilon"


RULE = Rule(name="noise-drowns-signal", words=("federate",), item=check)
