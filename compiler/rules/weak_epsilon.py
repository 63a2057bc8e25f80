"""An epsilon above 10.

An epsilon bounds how much likelier anything becomes by one person's text: 10 is a factor of 22,000, and few would
call more than that privacy. Ask for a smaller one; a larger cohort, or fewer rounds, pay for it.

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
  dp     = gaussian(clip = 0.3, epsilon = 50)
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

from synthc.compiler.rules.rule import Rule
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, warning

MOST = 10


def check(item: syntax.Declaration, scope: Scope) -> Iterator[Diagnostic]:
    """Find mechanisms that promise next to nothing."""
    thing = scope.program.thing(scope, item) if item.kind.name == "federate" else None
    dp = thing.settings["dp"] if thing is not None else None
    if dp is not None and dp["epsilon"] > MOST:
        message = f"`{item.name.name}` spends epsilon {dp['epsilon']:.4g}, and above {MOST} little is promised"
        yield warning(RULE.name, message, item.name.span, help="ask for a smaller epsilon, with a larger cohort or fewer rounds")


RULE = Rule(name="weak-epsilon", words=("federate",), item=check)
