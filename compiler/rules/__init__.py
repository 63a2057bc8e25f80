"""One rule a file: its page, its message, its fix and its check. `RULES` is the order in which they look.

A rule's page is the docstring of its file, in Markdown: one sentence, why it matters, what to do, and two
blocks of the language, `synth wrong` (gives exactly one finding of this rule and no error) and `synth right`
(gives no finding at all). Both are tested.
"""

from __future__ import annotations

from synthc.compiler.rules import unused_import
from synthc.compiler.rules.rule import Rule

RULES: tuple[Rule, ...] = (unused_import.RULE,)
