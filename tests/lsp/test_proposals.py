"""Every word of our own specs is proposed where it stands, but for the names that the author gives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from synthc.compiler.load import STD
from synthc.dsl import syntax
from synthc.dsl.source import Source
from synthc.dsl.tokens import RESERVED, Token, tokens
from synthc.lsp.completion import completion
from synthc.lsp.workspace import Workspace
from tests.lsp.views import FOLDER, workspace_of

ROOT = Path(__file__).parents[2]
SPECS = ("tests/golden/tour.synth", "specs/quickstart/quickstart.synth", "specs/phone/phone.synth", STD / "phone.synth")
FILES = {"personas.synth": (ROOT / "tests/golden/personas.synth").read_text()}
SPEC = FOLDER / "spec.synth"
_HOLE = re.compile(r"\{\{(.*?)\}\}")
_WORD = re.compile(r"\w+")


def words(text: str) -> Iterator[Token]:
    """Yield the words of a spec, those in holes of its texts too."""
    for token in tokens(text, 0, len(text)):
        if token.kind == "word":
            yield token
        for hole in _HOLE.finditer(token.text) if token.kind == "template" else ():
            yield from (Token("word", word.group(), token.start + hole.start(1) + word.start()) for word in _WORD.finditer(hole[1]))


def given(item: syntax.Syntax) -> Iterator[tuple[int, int]]:
    """Yield where an item has names that its author gives, and keys of records that nobody else knows."""
    for one in syntax.walk(item):
        if isinstance(one, syntax.Declaration | syntax.Prompt | syntax.Slot):
            yield one.name.span.start, one.name.span.end
        elif isinstance(one, syntax.Import | syntax.Path):
            yield one.span.start, one.span.end
        elif isinstance(one, syntax.Step):
            named = one.verb.name in {"ask", "let", "select"}
            yield from ((a.name.span.start, a.name.span.end) for a in one.arguments if named and a.name is not None)
            yield from ((c.value.span.start, c.value.span.end) for c in one.clauses if c.word == "as")
        elif isinstance(one, syntax.Call) and one.function.span.text in {"grid", "by"}:
            yield from ((a.name.span.start, a.name.span.end) for a in one.arguments if a.name is not None)
        elif isinstance(one, syntax.Record):
            yield from ((field.name.span.start, field.name.span.end) for field in one.fields)
        elif isinstance(one, syntax.Setting) and isinstance(one.value, syntax.Path):
            yield one.name.span.start, one.name.span.end


def proposed(workspace: Workspace, text: str, word: Token) -> bool:
    """Whether a word is proposed when its first letter is typed."""
    workspace.open(SPEC.as_uri(), 1, text[: word.start + 1] + text[word.end :])
    _, found = completion(workspace.view(SPEC), word.start + 1)
    labels = {one.label for one in found}
    return bool({word.text, f"std.{word.text}", f"{word.text} 1"} & (labels | {label.partition("(")[0] for label in labels}))


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: Path(spec).name)
def test_what_stands_there_is_proposed(spec: str | Path) -> None:
    """Each kind, step, setting, name, column, function and word of a setting; every third word, to be quick."""
    text = (ROOT / spec).read_text()
    workspace = workspace_of({**FILES, SPEC.name: text})
    own = [place for item in workspace.view(SPEC).items for place in given(item)]
    missed = []
    for word in list(words(text))[::3]:
        known_to_author = any(low <= word.start < high for low, high in own)
        if not known_to_author and word.text not in RESERVED and not proposed(workspace, text, word):
            missed.append(Source(path=str(spec), text=text).span(word.start, word.end))

    assert [f"{span.place} {span.text}" for span in missed] == []
