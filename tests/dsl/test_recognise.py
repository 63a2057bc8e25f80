"""What the formatter goes by agrees with the parser: what is in order, and what its words begin."""

from __future__ import annotations

import pytest
from hypothesis import given

from synthc.dsl import syntax
from synthc.dsl.items import Cut, cut, indented
from synthc.dsl.parse import parse_item
from synthc.dsl.recognise import Words, recognise
from synthc.dsl.source import Source
from tests.dsl.bare import source
from tests.dsl.programs import programs
from tests.robust.inputs import made

ENTRIES = (syntax.Setting, syntax.Cases, syntax.Case, syntax.Slot)


@given(programs())
def test_any_program(text: str) -> None:
    """A program that is in order."""
    written = source(text)
    assert [agree(written, place) for place in cut(written)]


@pytest.mark.parametrize("start", range(0, 1400, 100))
def test_texts_with_slips(start: int) -> None:
    """And texts that are mostly not."""
    for number in range(start, start + 100):
        written = source(made(number))
        for place in cut(written):
            if not indented(written, place):
                agree(written, place)


def agree(written: Source, place: Cut) -> bool:
    """Hold what was recognised in an item against its syntax and its findings."""
    words = recognise(written, place.head, place.end)
    item, found = parse_item(written, place)
    if words is None:
        assert item is None
    elif not words.doubtful:
        assert item is not None
        assert not found
    if words is None or item is None:
        return True
    for what, starts in told(item).items():
        assert {words.starts[at] for at in getattr(words, what)} == starts, what
    assert found or words.table == tabled(item)
    return True


def told(item: syntax.Item) -> dict[str, set[int]]:
    """Return where entries, verbs and clauses begin by the syntax; what stands in the holes of a text is none of the layout's business."""
    inside = {id(one) for text in syntax.walk(item) if isinstance(text, syntax.Template) for one in syntax.walk(text)}
    parts = [one for one in syntax.walk(item) if id(one) not in inside]
    return {
        "entries": {one.span.start for one in parts if isinstance(one, ENTRIES)},
        "verbs": {one.verb.span.start for one in parts if isinstance(one, syntax.Step)},
        "clauses": {one.span.start for one in parts if isinstance(one, syntax.Clause)},
    }


def tabled(item: syntax.Item) -> object:
    """Return what makes items of one line a table, by the syntax."""
    if isinstance(item, syntax.Budget):
        return "budget"
    if isinstance(item, syntax.Declaration) and item.value and item.settings and not item.type and not item.steps:
        return (item.visibility.name, item.kind.name) if item.visibility else (item.kind.name,)
    return None


SUSPECT = {
    "a number": "let a = 20K",
    "an escape": r'let a = "\d"',
    "two settings on a line": "model a = b(c) { d = 1 e = 2 }",
    "a record in a list": "let a = [{ b = 1 }]",
    "a text that shares a line with its quotes": 'let a = """b\n  """',
    "a line before the quotes": 'let a = """\n b\n  """',
    "a hole": 'let a = """{{ 20K }}"""',
    "another edition": "synth 2",
    "a word too many": "a b c = 1",
    "a type": "param a: set(int)",
    "a deep one": "let a = " + "-" * 101 + "1",
}


@pytest.mark.parametrize("name", SUSPECT)
def test_what_the_grammar_cannot_see_is_suspected(name: str) -> None:
    """The parser has the last word, and here it finds something."""
    written = source(SUSPECT[name])
    words = recognise(written, 0, len(written.text))

    assert isinstance(words, Words)
    assert words.doubtful
    assert parse_item(written, cut(written)[0])[1]
