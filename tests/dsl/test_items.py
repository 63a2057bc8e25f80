"""Items are cut first: a mistake in one leaves all others whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from synthc.dsl import syntax
from synthc.dsl.items import cut
from synthc.dsl.parse import parse
from tests.dsl.bare import bare, source

TOUR = (Path(__file__).parents[1] / "golden" / "tour.synth").read_text()

# What is in order, what is written in its place, and how many findings that makes.
MISTAKES = {
    "missing equals sign": ("rounds = 2000", "rounds 2000", 1),
    "missing brace": ("  dp     = gaussian(clip = 0.3, epsilon = 4)\n}", "  dp     = gaussian(clip = 0.3, epsilon = 4)", 1),
    "extra brace": ("epsilon = 4)\n}", "epsilon = 4)\n}}", 1),
    "unclosed quote": ('"ODC-BY-1.0"', '"ODC-BY-1.0', 1),
    "unclosed list": ("nearer vs chance]", "nearer vs chance", 1),
    "unclosed text": ('{{ text }}\n    """', "{{ text }}", 1),
    "stray character": ("near = 0.8", "near = $ 0.8", 1),
    "two mistakes in two items": ("rounds = 2000", "rounds 2000", 1),
    "half-typed field": ("over users.test", "over users.", 1),
    "missing comma": ("words(text) in", "words(text text) in", 1),
    "bad hole": ("{{ text }}", "{{ text + }}", 1),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_one_mistake_is_one_finding(name: str) -> None:
    """And every other item still has its syntax."""
    right, wrong, findings = MISTAKES[name]
    assert right in TOUR
    before, _ = parse(source(TOUR))

    after, found = parse(source(TOUR.replace(right, wrong, 1)))

    assert len(found) == findings
    broken = {name.name for name in after.broken}
    assert len(after.items) >= len(before.items) - 1
    intact = [item for item in after.items if getattr(getattr(item, "name", None), "name", None) != "typed_on_phone"]
    assert all(bare(item) in [bare(each) for each in before.items] for item in intact)
    assert broken <= {"tuned", "web", "accuracy", "typed_on_phone", "typed"}


def test_mistakes_in_several_items_are_told_apart() -> None:
    """Each broken item gives its own finding."""
    _, found = parse(source(TOUR.replace("rounds = 2000", "rounds 2000").replace("nearer vs chance]", "nearer vs chance")))

    assert [finding.rule for finding in found] == ["syntax-error", "syntax-error"]


def test_broken_items_leave_their_names() -> None:
    """So that mentions of them aren't reported a second time."""
    text = 'synth 1\npublic source a =\nimport x.\nimport "y" as z z\nprompt p(\ntest q {\nlet r ='

    module, found = parse(source(text))

    assert [name.name for name in module.broken] == ["a", "x", "z", "p", "r"]
    assert len(found) == 6


def heads(text: str) -> list[str]:
    """Return the first line of each item with its comments."""
    return [text[place.start : place.end].split("\n", maxsplit=1)[0] for place in cut(source(text))]


def test_a_word_in_column_1_begins_an_item() -> None:
    """Even inside brackets and texts."""
    assert heads('let a = [\nlet b = """\nlet c = 1\n  d\n}\n') == ["let a = [", 'let b = """', "let c = 1"]


def test_a_comment_goes_with_the_item_right_below() -> None:
    """A heading in a text of several lines is no comment of an item."""
    text = 'let a = """\n# not\n  b\n# doc\nlet c = 1\n# loose\n\nlet d = 1\n'

    assert heads(text) == ['let a = """', "# doc", "let d = 1"]


def test_documentation_is_the_comment_right_above() -> None:
    """Without marks, without what is said to synthc, and only when no line is between."""
    text = "synth 1\n# far\n\n# one\n#  two\n# synth: ignore[x]\nlet a = 1\n  # inner\nlet b = 2\n"

    module, _ = parse(source(text))

    assert [item.doc for item in module.items] == [None, "one\n two", None]
    assert [span.text for span in module.comments] == ["# far", "# one", "#  two", "# synth: ignore[x]", "# inner"]


def test_marks_in_texts_are_no_comments() -> None:
    """Only what the lexer would skip is one."""
    module, _ = parse(source('synth 1\nlet a = "# no" # yes\nlet b = """\n  # no\n  """\n'))

    assert [span.text for span in module.comments] == ["# yes"]


def test_spans_of_items_reach_from_first_to_last_word() -> None:
    """Comments and white space around are left out."""
    text = "synth 1\n# doc\nlet a = 1  # why\n\n# loose\n\nlet b = 2\n"

    module, _ = parse(source(text))

    assert [item.span.text for item in module.items] == ["synth 1", "let a = 1", "let b = 2"]
    assert isinstance(module.items[1], syntax.Declaration)
