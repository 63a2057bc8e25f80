"""A setting that `like` takes over anyway.

Both must be changed together from now on, and one day only one is. Say what differs and leave the rest to `like`.

```synth wrong
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

vocab keys = word_vocab(web) { size = 2k }
model keyboard = lstm(keys)

pretrain baseline = keyboard on web { words = 20M, seeds = 3 }
pretrain wider    = keyboard on web { like = baseline, words = 20M, batch = 128 }
```

```synth right
synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

vocab keys = word_vocab(web) { size = 2k }
model keyboard = lstm(keys)

pretrain baseline = keyboard on web { words = 20M, seeds = 3 }
pretrain wider    = keyboard on web { like = baseline, batch = 128 }
```
"""

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.conditions import alike
from synthc.compiler.rules.edits import mend, without_entries
from synthc.compiler.rules.entries import entry
from synthc.compiler.rules.rule import Rule
from synthc.compiler.scope import Scope
from synthc.compiler.settings import like
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Label, warning


def check(item: syntax.Declaration, scope: Scope) -> Iterator[Diagnostic]:
    """Find settings that say what is taken over."""
    if item.settings is None or entry(item.settings, "like") is None:
        return
    inherited = {one.name.name: one for one, where in like(item, scope) or () if where is scope}
    for own in item.settings.entries:
        taken = inherited.get(own.name.name)
        if taken is not None and isinstance(own, syntax.Setting) and alike(own.value, taken.value):
            fix = mend(f"remove `{own.name.name}`", without_entries(item, item.settings, [own]))
            labels = (Label(span=taken.span, text="taken over from here"),)
            yield warning(RULE.name, f"`like` takes over `{own.name.name}` already", own.span, labels=labels, help="remove it", fix=fix)


RULE = Rule(name="restated-setting", words=("like",), item=check)
