"""`# synth: ignore[rule]` silences a warning of the next item, or of its own line; one that silences nothing is a finding."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from synthc.compiler.pages import names
from synthc.compiler.rules.edits import without_comment
from synthc.compiler.suggest import spelling
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Fix, Severity, error, warning
from synthc.dsl.source import Position, Span

SPOKEN = re.compile(r"#\s*synth:(?P<said>.*)")
IGNORE = re.compile(r"\s*ignore\[(?P<rule>[a-z0-9-]+)\]\s*")


def ignore(module: syntax.Module, found: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Return the findings of a program without what a module silences, and with what it says in vain."""
    spoken = [(comment, said) for comment in module.comments if (said := SPOKEN.match(comment.text))]
    if not spoken:
        return list(found)
    here = sorted((one for one in found if one.span.source.path == module.source.path), key=lambda one: (one.rule, one.span.start))
    places = [(one.rule, one.span.start) for one in here]
    silenced, vain = set[int](), list[Diagnostic]()
    for comment, words in spoken:
        said = IGNORE.fullmatch(words["said"])
        if said is None:
            vain.append(error("unknown-directive", "nothing is known to synthc by these words", comment, help="write `# synth: ignore[rule]`"))
            continue
        first, last = _covered(comment, module)
        meant = [one for one in here[bisect_left(places, (said["rule"], first)) : bisect_left(places, (said["rule"], last))] if id(one) not in silenced]
        warnings = {id(one) for one in meant if one.severity is Severity.WARNING}
        silenced |= warnings
        if not warnings:
            start = comment.start + comment.text.index("[") + 1
            vain.append(_unused(comment, comment.source.span(start, start + len(said["rule"])), meant))
    return [one for one in found if id(one) not in silenced] + vain


def _unused(comment: Span, rule: Span, meant: Iterable[Diagnostic]) -> Diagnostic:
    if any(meant):
        return warning("unused-ignore", f"`{rule.text}` is an error here, and only warnings can be silenced", comment, help="mend the error")
    if rule.text not in names():
        help_, fix = spelling(rule.text, names(), rule)
        return warning("unused-ignore", f"there is no rule `{rule.text}`", rule, help=help_ or "`synthc explain` lists the rules", fix=fix)
    fix = Fix(title="remove this comment", edits=(without_comment(comment),))
    return warning("unused-ignore", f"there is no `{rule.text}` here to silence", comment, help="remove this comment", fix=fix)


def _covered(comment: Span, module: syntax.Module) -> tuple[int, int]:
    """Return the offsets that a comment speaks about: its line, or the item below it."""
    source = module.source
    line, column = source.position(comment.start)
    if column > 1:
        start = source.offset(Position(line, 1))
        return start, start + len(source.line(line)) + 1
    below = bisect_right(module.items, comment.start, key=lambda item: item.span.start)
    return (module.items[below].span.start, module.items[below].span.end + 1) if below < len(module.items) else (0, 0)
