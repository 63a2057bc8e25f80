"""`# synth: ignore[rule]` silences a warning of the next item, or of its own line; one that silences nothing is a finding."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from synthc.compiler.pages import names
from synthc.compiler.rules.edits import without_comment
from synthc.compiler.suggest import spelling
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Fix, Severity, error, warning
from synthc.dsl.source import Span

SPOKEN = re.compile(r"#\s*synth:(?P<said>.*)")
IGNORE = re.compile(r"\s*ignore\[(?P<rule>[a-z0-9-]+)\]\s*")


def ignore(module: syntax.Module, found: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Return the findings of a program without what a module silences, and with what it says in vain."""
    left = list(found)
    for comment in module.comments:
        spoken = SPOKEN.match(comment.text)
        if spoken is None:
            continue
        said = IGNORE.fullmatch(spoken["said"])
        if said is None:
            left.append(error("unknown-directive", "nothing is known to synthc by these words", comment, help="write `# synth: ignore[rule]`"))
            continue
        meant = [f for f in left if f.rule == said["rule"] and _covers(comment, f.span, module)]
        silenced = [f for f in meant if f.severity is Severity.WARNING]
        left = [f for f in left if f not in silenced]
        if not silenced:
            start = comment.start + comment.text.index("[") + 1
            left.append(_unused(comment, comment.source.span(start, start + len(said["rule"])), meant))
    return left


def _unused(comment: Span, rule: Span, meant: Iterable[Diagnostic]) -> Diagnostic:
    if any(meant):
        return warning("unused-ignore", f"`{rule.text}` is an error here, and only warnings can be silenced", comment, help="mend the error")
    if rule.text not in names():
        help_, fix = spelling(rule.text, names(), rule)
        return warning("unused-ignore", f"there is no rule `{rule.text}`", rule, help=help_ or "`synthc explain` lists the rules", fix=fix)
    fix = Fix(title="remove this comment", edits=(without_comment(comment),))
    return warning("unused-ignore", f"there is no `{rule.text}` here to silence", comment, help="remove this comment", fix=fix)


def _covers(comment: Span, place: Span, module: syntax.Module) -> bool:
    if place.source.path != module.source.path:
        return False
    line, column = module.source.position(comment.start)
    if column > 1:
        return module.source.position(place.start).line == line
    item = next((item for item in module.items if item.span.start > comment.start), None)
    return item is not None and item.span.start <= place.start <= item.span.end
