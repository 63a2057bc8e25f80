"""The words of a prompt: what is the same in every request, and what the slots fill in."""

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.entries import entry, examples
from synthc.dsl import syntax

ANSWER_FORMAT = "answer_format"


def parts(prompt: syntax.Prompt) -> Iterator[str | syntax.Hole]:
    """Yield the stretches and holes of a prompt in the order in which they are sent, examples left out."""
    for name in ("system", "turns", "ask", "complete"):
        setting = entry(prompt.settings, name)
        if setting is not None:
            texts = setting.value.items if isinstance(setting.value, syntax.ListOf) else (setting.value,)
            for text in texts:
                yield from _parts(text)


def _parts(text: syntax.Expression) -> Iterator[str | syntax.Hole]:
    """Yield the parts of one text; one that is named is filled in as by a hole."""
    if isinstance(text, syntax.Template):
        yield from text.parts
    elif isinstance(text, syntax.Text):
        yield text.value
    else:
        yield syntax.Hole(value=text, span=text.span)


def holds(hole: syntax.Hole, names: frozenset[str]) -> bool:
    """Tell whether a hole reads any of some names."""
    return any(isinstance(piece, syntax.Name) and piece.name in names for piece in syntax.walk(hole.value))


def slots(prompt: syntax.Prompt) -> frozenset[str]:
    """Return the names of the slots."""
    return frozenset(slot.name.name for slot in prompt.slots)


def describes_answer(prompt: syntax.Prompt) -> bool:
    """Tell whether `{{ answer_format }}` stands in a prompt."""
    return any(isinstance(part, syntax.Hole) and holds(part, frozenset({ANSWER_FORMAT})) for part in parts(prompt))


def words(prompt: syntax.Prompt) -> str:
    """Return all that is written out in a prompt, answers of examples too, in lower case."""
    answers = (case.expected.value for case in examples(prompt) if isinstance(case.expected, syntax.Text))
    return "\n".join([*(part for part in parts(prompt) if isinstance(part, str)), *answers]).casefold()
