"""The canonical form, as the few lines that would change."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from synthc.dsl.diagnostic import Edit
from synthc.dsl.format import format_source
from synthc.dsl.source import Source


def formatting(source: Source) -> Iterator[Edit]:
    """Yield the edits that bring a file into its canonical form; an item that doesn't parse is left as it is."""
    formatted = format_source(source)
    if formatted == source.text:
        return
    before, after = source.text.split("\n"), formatted.split("\n")
    starts = [0]
    for line in before:
        starts.append(starts[-1] + len(line) + 1)
    for tag, low, high, from_, to in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        yield _edit(source, before, after, starts, (low, high, from_, to))


def _edit(source: Source, before: list[str], after: list[str], starts: list[int], at: tuple[int, int, int, int]) -> Edit:
    low, high, from_, to = at
    start, end = starts[low], starts[high]
    text = "".join(f"{line}\n" for line in after[from_:to])
    if high == len(before):
        # The last line has no end: what is put or taken there joins the line before.
        start, end = max(start - 1, 0), len(source.text)
        text = "".join(f"\n{line}" for line in after[from_:to]) if start or low else "\n".join(after[from_:to])
    return Edit(span=source.span(start, end), text=text)
