"""The canonical form, as the few lines that would change."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import accumulate

from synthc.dsl.diagnostic import Edit
from synthc.dsl.format import format_source
from synthc.dsl.source import Source


def formatting(source: Source) -> Iterator[Edit]:
    """Yield the edits that bring a file into its canonical form; an item that doesn't parse is left as it is."""
    formatted = format_source(source)
    if formatted == source.text:
        return
    before, after = _lines(source.text), _lines(formatted)
    starts = [0, *accumulate(len(line) for line in before)]
    for tag, low, high, from_, to in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            yield Edit(span=source.span(starts[low], starts[high]), text="".join(after[from_:to]))


def _lines(text: str) -> list[str]:
    """Return the lines of a text with their ends; only a new line ends one, as in the formatter."""
    return [f"{line}\n" for line in text.split("\n")[:-1]] + [text.rpartition("\n")[2]] * (not text.endswith("\n"))
