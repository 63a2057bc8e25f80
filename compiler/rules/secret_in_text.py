'''Something that looks like a token, a key or a password.

A spec is shared, its graph is stored with every run, and what a prompt says is sent to an endpoint. Withdraw the
token, and read the new one at run with `secret("NAME")`.

```synth wrong
synth 1

endpoint llm = tgi("https://team:hunter2@llm.example.com")

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

import re
from collections.abc import Iterator

from synthc.compiler.rules.rule import Rule
from synthc.compiler.scope import Scope
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, warning

SHAPES = {
    "a token of the Hugging Face Hub": r"\bhf_[A-Za-z0-9]{20,}",
    "a key of an API": r"\bsk-[A-Za-z0-9_-]{20,}",
    "a token of GitHub": r"\bgh[pousr]_[A-Za-z0-9]{30,}|\bgithub_pat_[A-Za-z0-9_]{30,}",
    "a token of GitLab": r"\bglpat-[A-Za-z0-9_-]{20,}",
    "a key of AWS": r"\bA(?:KI|SI)A[A-Z0-9]{16}\b",
    "a key of Google": r"\bAIza[A-Za-z0-9_-]{30,}",
    "a token of Slack": r"\bxox[abprs]-[A-Za-z0-9-]{10,}",
    "a bearer token": r"\b[Bb]earer +(?=[A-Za-z._~+/-]*[0-9])[A-Za-z0-9._~+/-]{20,}",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "a name and a password": r"\bhttps?://[^\s/\"@:{}]+:[^\s/\"@{}]+@",
}
SECRET = "|".join(f"(?P<s{i}>{shape})" for i, shape in enumerate(SHAPES.values()))
KINDS = tuple(SHAPES)


def check(item: syntax.AnyItem, _: Scope) -> Iterator[Diagnostic]:
    """Find what looks like a secret; the message never repeats it."""
    for match in re.finditer(SECRET, item.span.text):
        span = item.span.source.span(item.span.start + match.start(), item.span.start + match.end())
        kind = KINDS[int((match.lastgroup or "s0")[1:])]
        yield warning(RULE.name, f"this looks like {kind}", span, help='withdraw it, and read a new one at run with `secret("NAME")`')


ITEMS = (syntax.Import, syntax.Declaration, syntax.Prompt, syntax.Test, syntax.Budget, syntax.Publish)
RULE = Rule(name="secret-in-text", of=ITEMS, words=("hf_", "sk-", "gh", "glpat-", "AKIA", "ASIA", "AIza", "xox", "earer", "PRIVATE KEY", "@"), item=check)
