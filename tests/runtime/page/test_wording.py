"""Steps of a graph are told as they are written in a spec."""

from __future__ import annotations

from pathlib import Path

import pytest

from synthc.runtime.page import wording
from tests.runtime.spec import spec

STEPS = [
    'where words(text) in 5..400 and language(text) == "en"',
    "let n = words(text) * 2 + 1",
    "dedup text { near = 0.8 }",
    "dedup text",
    "decontaminate text from held_out { words = 8, column = \"text\" }",
    'redact text { kinds = [email, phone], mark = "_" }',
    "redact text { kinds = [url] }",
    "repeat 2 as attempt",
    "repeat 2",
    "spread 10 by language(text)",
    "top 20% by characters(text)",
    "chunk text { max_words = 60, min_words = 1 }",
    "select text = lower(text), n = words(text)",
    'where date("2024-12-31") >= date("2024-01-01")',
    "take 10",
    "sample 20%",
    "shuffle",
]


@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_told_as_it_is_written(tmp_path: Path, step: str) -> None:
    """So that a recipe can be copied from a report or a card."""
    held_out = 'public source held_out = files("held_out.jsonl")\n'
    node = spec(tmp_path, f"{held_out}transform out = web\n  | {step}\n", texts=["a"])

    assert [wording.step(each) for each in node.graph.by_name["out"].steps] == [step]
