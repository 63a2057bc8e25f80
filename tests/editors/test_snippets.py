"""A snippet whose placeholders are accepted is right as it stands."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

import pytest

from synthc.compiler.catalog.steps import STEPS
from synthc.compiler.compile import check
from synthc.compiler.program import CHECKERS
from synthc.dsl.diagnostic import Severity
from synthc.dsl.format import format_source
from synthc.dsl.source import Source
from tests.editors.snippets import Snippet, snippets
from tests.editors.words import words

SNIPPETS = tuple(snippets())
CONTEXT = Path(__file__).with_name("context.synth").read_text(encoding="utf-8")


def in_context(snippet: Snippet) -> str:
    """Return a spec with a snippet in it; a spec of its own stays alone."""
    if snippet.text.startswith("synth "):
        return f"{snippet.text.rstrip()}\n"
    if snippet.is_step:
        return f"{CONTEXT}\ntransform tried = web\n  | ask turns = as_chat(text)\n  | {indent(snippet.text, '  ').lstrip()}\n"
    return f"{CONTEXT}\n{snippet.text}\n"


def errors(text: str, folder: Path) -> list[str]:
    """Return what `synthc check` calls an error."""
    (folder / "spec.synth").write_text(text, encoding="utf-8")
    return [found.message for found in check(folder / "spec.synth", folder) if found.severity is Severity.ERROR]


@pytest.mark.parametrize("snippet", SNIPPETS, ids=str)
def test_a_snippet_is_right_as_it_comes(snippet: Snippet, tmp_path: Path) -> None:
    """Among declarations that its placeholders name, nothing in it is an error."""
    assert errors(in_context(snippet), tmp_path) == []


@pytest.mark.parametrize("snippet", SNIPPETS, ids=str)
def test_a_snippet_is_formatted(snippet: Snippet) -> None:
    """The formatter has nothing to change in it."""
    text = in_context(snippet)

    assert format_source(Source(path="spec.synth", text=text)) == text


def test_every_kind_item_and_step_has_a_snippet() -> None:
    """What the language gains is offered."""
    kinds = {snippet.kind for snippet in SNIPPETS if not snippet.is_step}

    assert {*CHECKERS, *words()["items"]} - kinds == set()
    assert set(STEPS) - {step for snippet in SNIPPETS for step in snippet.steps} == set()
