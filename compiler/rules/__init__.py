"""One rule a file: its page, its message, its fix and its check. `RULES` is the order in which they look.

A rule's page is the docstring of its file, in Markdown: one sentence, why it matters, what to do, and two
blocks of the language, `synth wrong` (gives exactly one finding of this rule and no error) and `synth right`
(gives no finding at all). Both are tested.
"""

from __future__ import annotations

from synthc.compiler.rules import (
    ask_before_dedup,
    ask_before_sample,
    ask_before_top,
    ask_before_where,
    repeated_dedup,
    repeated_shuffle,
    repeated_take,
    repeated_where,
    select_everything,
    self_assignment,
    unused_import,
    whole_sample,
)
from synthc.compiler.rules.rule import Rule

RULES: tuple[Rule, ...] = (
    ask_before_dedup.RULE,
    ask_before_sample.RULE,
    ask_before_top.RULE,
    ask_before_where.RULE,
    repeated_dedup.RULE,
    repeated_shuffle.RULE,
    repeated_take.RULE,
    repeated_where.RULE,
    select_everything.RULE,
    self_assignment.RULE,
    unused_import.RULE,
    whole_sample.RULE,
)
