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
    capitals_in_lower,
    compared_with_true,
    constant_condition,
    double_negation,
    empty_settings,
    impossible_probability,
    impossible_range,
    long_number,
    needless_alias,
    needless_as,
    negated_comparison,
    pair_of_bounds,
    plain_pattern,
    repeated_comparison,
    repeated_condition,
    repeated_dedup,
    repeated_item,
    repeated_shuffle,
    repeated_take,
    repeated_where,
    select_everything,
    self_assignment,
    self_comparison,
    single_item_list,
    unknown_language,
    unused_import,
    whole_sample,
)
from synthc.compiler.rules.rule import Rule

RULES: tuple[Rule, ...] = (
    ask_before_dedup.RULE,
    ask_before_sample.RULE,
    ask_before_top.RULE,
    ask_before_where.RULE,
    capitals_in_lower.RULE,
    compared_with_true.RULE,
    constant_condition.RULE,
    double_negation.RULE,
    empty_settings.RULE,
    impossible_probability.RULE,
    impossible_range.RULE,
    long_number.RULE,
    needless_alias.RULE,
    needless_as.RULE,
    negated_comparison.RULE,
    pair_of_bounds.RULE,
    plain_pattern.RULE,
    repeated_comparison.RULE,
    repeated_condition.RULE,
    repeated_dedup.RULE,
    repeated_item.RULE,
    repeated_shuffle.RULE,
    repeated_take.RULE,
    repeated_where.RULE,
    select_everything.RULE,
    self_assignment.RULE,
    self_comparison.RULE,
    single_item_list.RULE,
    unknown_language.RULE,
    unused_import.RULE,
    whole_sample.RULE,
)
