"""Edits that leave a spec as tidy as it was."""

from __future__ import annotations

from collections.abc import Sequence

from synthc.dsl import syntax
from synthc.dsl.diagnostic import Edit, Fix, Safety
from synthc.dsl.source import Source, Span
from synthc.dsl.tokens import tokens

LONGEST = 4000
"""An item with more characters is edited as it stands: to line it up anew for each of its findings would take long."""


def mend(title: str, edit: Edit, *, safety: Safety = Safety.SAFE) -> Fix:
    """Return a fix; it is not safe if it would take a comment away, or move one."""
    return Fix(title=title, edits=(edit,), safety=Safety.UNSAFE if commented(edit.span) else safety)


def rewritten(span: Span, text: str, *, title: str | None = None, safety: Safety = Safety.SAFE) -> Fix | None:
    """Return the fix that writes something in the place of a span; there is none where a comment stands within."""
    if commented(span):
        return None
    return Fix(title=title or f"write `{text}`", edits=(Edit(span=span, text=text),), safety=safety)


def commented(span: Span) -> bool:
    """Tell whether a comment stands in a span."""
    return "#" in span.text and any(token.kind == "comment" for token in tokens(span.source.text, span.start, span.end))


def without_item(item: syntax.AnyItem) -> Edit:
    """Return the edit that removes an item, the comment block right above it and one blank line."""
    text = item.span.source.text
    start = _with_comments(text, item.span.start)
    end = text.find("\n", item.span.end)
    end = len(text) if end < 0 else end + 1
    blank_before = start == 0 or text[:start].endswith("\n\n")
    if blank_before and text.startswith("\n", end):
        end += 1
    elif start > 1 and blank_before and end == len(text):
        start -= 1
    return Edit(span=item.span.source.span(start, end), text="")


def _with_comments(text: str, start: int) -> int:
    """Return where the comments right above an item begin."""
    while start > 0:
        line = text.rfind("\n", 0, start - 1) + 1
        if not text.startswith("#", line):
            break
        start = line
    return start


def without_comment(comment: Span) -> Edit:
    """Return the edit that removes a comment, with its line if nothing else stands there."""
    source = comment.source
    before = source.text[source.text.rfind("\n", 0, comment.start) + 1 : comment.start]
    if before.strip():
        return Edit(span=source.span(comment.start - (len(before) - len(before.rstrip())), comment.end), text="")
    end = source.text.find("\n", comment.end)
    return Edit(span=source.span(comment.start - len(before), len(source.text) if end < 0 else end + 1), text="")


def without_step(step: syntax.Step) -> Edit:
    """Return the edit that removes a step with its pipe."""
    source = step.span.source
    pipe = source.text.rindex("|", 0, step.span.start)
    line = source.text.rfind("\n", 0, pipe)
    start = line if not source.text[line + 1 : pipe].strip() else len(source.text[:pipe].rstrip(" \t"))
    return Edit(span=source.span(start, step.span.end), text="")


def moved_up(steps: Sequence[syntax.Step], last: int, to: int) -> Edit:
    """Return the edit that moves a step up before an earlier one; what stands between steps stays where it is."""
    text, moved = steps[0].span.source.text, [steps[last], *steps[to:last]]
    gaps = [text[a.span.end : b.span.start] for a, b in zip(steps[to:last], steps[to + 1 : last + 1], strict=True)]
    pieces = [moved[0].span.text, *(piece for gap, step in zip(gaps, moved[1:], strict=True) for piece in (gap, step.span.text))]
    return Edit(span=steps[to].span.to(steps[last].span), text="".join(pieces))


def split_up(steps: Sequence[syntax.Step], last: int, to: int, conditions: Sequence[str]) -> Edit:
    """Return the edit that puts the first of two conditions of a `where` above an earlier step, and leaves the second."""
    text = steps[0].span.source.text
    above, below = (f"where {condition}" for condition in conditions)
    gap = text[steps[to].span.end : steps[to + 1].span.start]
    between = text[steps[to].span.start : steps[last].span.start]
    return Edit(span=steps[to].span.to(steps[last].span), text=f"{above}{gap}{between}{below}")


def without_block(block: syntax.Settings) -> Edit:
    """Return the edit that removes a block with the space before it."""
    source = block.span.source
    start = len(source.text[: block.span.start].rstrip())
    return Edit(span=source.span(start, block.span.end), text="")


def without_entries(item: syntax.AnyItem, block: syntax.Settings, entries: Sequence[syntax.Setting | syntax.Cases]) -> Edit:
    """Return the edit that removes settings from a block of an item, and the block with its last one."""
    if len(block.entries) == len(entries):
        return without_block(block)
    source, cuts = item.span.source, sorted((_cut(block, entry) for entry in entries), key=lambda span: span.start)
    kept, at = "", cuts[0].start
    for span in cuts:
        kept += source.text[at : max(at, span.start)]
        at = max(at, span.end)
    return tidied(item, Edit(span=source.span(cuts[0].start, at), text=kept))


def _cut(block: syntax.Settings, entry: syntax.Setting | syntax.Cases) -> Span:
    """Return an entry with the comma or the line break that parts it from its neighbour."""
    source, entries = block.span.source, block.entries
    place = entries.index(entry)
    if place == 0 or (place + 1 < len(entries) and "\n" not in source.text[entry.span.end : entries[place + 1].span.start]):
        return source.span(entry.span.start, entries[place + 1].span.start)
    return source.span(entries[place - 1].span.end, entry.span.end)


def tidied(owner: syntax.Syntax, edit: Edit) -> Edit:
    """Return an edit of an item that keeps what is lined up in it lined up, if it was."""
    span = owner.span
    if len(span.text) > LONGEST:
        return edit
    new = span.text[: edit.span.start - span.start] + edit.text + span.text[edit.span.end - span.start :]
    return _smallest(span, _formatted(new)) if _formatted(span.text) == span.text else edit


def _formatted(text: str) -> str:
    from synthc.dsl.format import format_source

    return format_source(Source(path="", text=text)).removesuffix("\n")


def _smallest(span: Span, new: str) -> Edit:
    """Return the edit that makes a span a new text and leaves alone what is the same at both ends."""
    old = span.text
    start = _alike(old, new)
    end = _alike(old[start:][::-1], new[start:][::-1])
    return Edit(span=span.source.span(span.start + start, span.end - end), text=new[start : len(new) - end])


def _alike(one: str, other: str) -> int:
    """Return how many characters two texts begin with alike."""
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
