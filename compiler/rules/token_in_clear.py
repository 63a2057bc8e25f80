'''A token that is sent over plain HTTP.

Everybody between this machine and the server can read it, and the prompts. Write `https://`, or reach the server
through a tunnel on this machine.

```synth wrong
synth 1

endpoint llm = tgi("http://llm.example.com") { token = secret("LLM_TOKEN") }

test chatty {
  "ok at 8" -> "yes"
}

prompt chatty(text: text) -> "yes" | "no" {
  ask = """Could this have been typed on a phone? {{ text }}"""
}
```

```synth right
synth 1

endpoint llm = tgi("https://llm.example.com") { token = secret("LLM_TOKEN") }

test chatty {
  "ok at 8" -> "yes"
}

prompt chatty(text: text) -> "yes" | "no" {
  ask = """Could this have been typed on a phone? {{ text }}"""
}
```
'''

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from synthc.compiler.rules.entries import entry
from synthc.compiler.rules.rule import Rule
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Label, warning

HERE = frozenset({"localhost", "127.0.0.1", "::1"})


def check(item: syntax.Declaration, scope: Scope) -> Iterator[Diagnostic]:
    """Find endpoints with a token and an address that is not encrypted and not of this machine."""
    token = entry(item.settings, "token") if item.kind.name == "endpoint" else None
    thing = scope.program.thing(scope, item) if token is not None else None
    url = (thing.settings.get("url") or {}) if thing is not None else {}
    address = url.get("text") or url.get("default") or ""
    if token is None or item.value is None or not address.startswith("http://") or urlsplit(address).hostname in HERE:
        return
    labels = (Label(span=token.span, text="the token"),)
    yield warning(RULE.name, "this address is not encrypted, and a token is sent to it", item.value.span, labels=labels, help="write `https://`")


RULE = Rule(name="token-in-clear", words=("token",), item=check)
