"""What each step does to rows, whatever the frames they come in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synthc.compiler.graph import Step
from synthc.runtime.rows import ID
from synthc.runtime.setaside import SetAside
from synthc.runtime.steps import chunk
from synthc.runtime.steps.stage import Around, Count
from tests.runtime.spec import Spec, spec, write_jsonl

TEXTS = ["one two three", "b", "one two three", "four five", "", "c. d! e? f", "log 0"]

# Steps, and the texts that come out of them in order.
STEPS: dict[str, tuple[str, list[str]]] = {
    "where keeps rows for which a condition holds": ("filter | where words(text) >= 2", ["one two three", "one two three", "four five", "c. d! e? f", "log 0"]),
    "where knows lists and ranges": ('filter | where words(text) in 1..2 and text in ["b", "four five"]', ["b", "four five"]),
    "let adds a column that later steps see": ("filter | let n = words(text) * 2 + 1 | where n == 5", ["four five", "log 0"]),
    "select makes all columns from those before it": ("transform | select text = lower(replace(text, \"one\", \"ONE!\")) | take 2", ["one! two three", "b"]),
    "chunk cuts at the ends of sentences": ("transform | where contains(text, \".\") | chunk text { max_words = 2 }", ["c. d!", "e? f"]),
    "dedup keeps the first of equal rows": ("filter | dedup text", ["one two three", "b", "four five", "", "c. d! e? f", "log 0"]),
    "dedup compares by what it is told": ("filter | dedup words(text)", ["one two three", "b", "four five", "", "c. d! e? f"]),
    "explode makes a row of each item": ("transform | let line = lines(replace(text, \" \", \"\\n\")) | explode line as text | take 4", ["one", "two", "three", "b"]),
    "take keeps the first": ("filter | take 3", TEXTS[:3]),
    "sample keeps the order": ("filter | sample 100 | dedup text", ["one two three", "b", "four five", "", "c. d! e? f", "log 0"]),
    "top keeps the largest, in the order they came": ("filter | top 2 by characters(text)", ["one two three", "one two three"]),
    "near duplicates go after the first": ("filter | dedup text { near = 0.9 }", ["one two three", "b", "four five", "", "c. d! e? f", "log 0"]),
    "spread evens values out": ("filter | spread 2 by words(text)", ["one two three", "b", "one two three", "four five", "", "c. d! e? f", "log 0"]),
    "spread keeps the first of each": ('filter | spread 1 by contains(text, "o")', ["one two three", "b"]),
    "repeat puts repetitions next to each other": ("transform | take 1 | repeat 3", ["one two three"] * 3),
    "repeat counts from 0": ("transform | take 1 | repeat 3 as n | where n > 0", ["one two three"] * 2),
    "redact puts marks in the place of what it finds": ("transform | where words(text) == 4 | let text = text + \" a@b.org +44 20 7946 0958\" | redact text", ["c. d! e? f [email] [phone]"]),
    "redact takes one mark for all": ('transform | where words(text) == 4 | let text = text + " @jo 12345" | redact text { kinds = [handle, digits], mark = "_" }', ["c. d! e? f _ _"]),
    "decontaminate drops what shares a run of words": ("filter | decontaminate text from held_out { words = 2 }", ["b", "four five", "", "c. d! e? f", "log 0"]),
    "top takes a share of words": ("filter | top 10% by words(text)", ["c. d! e? f"]),
}


def steps(folder: Path, text: str, texts: list[str] = TEXTS) -> Spec:
    """Return a spec of one node over texts; what stands before the first pipe is its kind."""
    kind, rest = text.split("|", 1)
    write_jsonl(folder / "held_out.jsonl", [{"text": "Two, three and more"}, {"text": "five"}])
    held_out = 'public source held_out = files("held_out.jsonl")\n' if "held_out" in text else ""
    return spec(folder, f"{held_out}{kind}out = web\n  |{rest}\n", texts=texts)


@pytest.mark.parametrize("name", STEPS)
def test_steps_do_what_they_say(tmp_path: Path, name: str) -> None:
    """Rows come out in order, and all are accounted for."""
    text, expected = STEPS[name]
    node = steps(tmp_path, text)

    assert node.rows("out")["text"].to_list() == expected
    for count in node.make("out").counts["steps"]:
        assert count["rows_in"] + count["added"] == sum(count[key] for key in ("rows_out", "filtered", "duplicates", "failed"))


def test_sample_and_shuffle_are_drawn_by_seed_and_id(tmp_path: Path) -> None:
    """Another seed draws others; the same seed the same, and nothing is lost."""
    texts = [str(n) for n in range(300)]
    found: dict[str, list[list[str]]] = {"sample 20%": [], "shuffle": [], "sample 30": []}
    for run, seed in enumerate((0, 0, 1)):
        for verb, drawn in found.items():
            node = spec(tmp_path / f"{run}{verb[-1]}", f"filter out = web\n  | {verb}\n", texts=texts)
            node.seed = seed
            drawn.append(node.rows("out")["text"].to_list())

    for first, again, other in found.values():
        assert first == again != other
    assert sorted(found["shuffle"][0]) == sorted(texts) != found["shuffle"][0]
    assert [len(found["sample 20%"][0]), len(found["sample 30"][0])] == [60, 30]
    assert found["sample 30"][0] == sorted(found["sample 30"][0], key=int)


def test_an_expression_without_a_value_sets_its_row_aside(tmp_path: Path) -> None:
    """With the place of the step, which step and why."""
    node = steps(tmp_path, "filter | let n = log(words(text)) | where 1 / n > 0 | where n > 0", ["a b", "", "c d e", *["x y"] * 250, "e"])

    assert node.rows("out")["text"].to_list() == ["a b", "c d e", *["x y"] * 250]
    assert [(f["place"], f["step"], f["reason"]) for f in node.failures("out")] == [
        ("spec.synth:6:5", "let", "`n` has no value"),
        ("spec.synth:6:32", "where", "the condition has no value"),
    ]


def test_ids_of_exploded_rows_count_from_their_parent(tmp_path: Path) -> None:
    """The parent's id and an ordinal; empty lists are filtered."""
    node = steps(tmp_path, "transform | let part = lines(text) | explode part", ["a\nb", "c"])
    parents = pl.concat(node.make("web").frames())[ID].to_list()

    rows = node.rows("out")

    assert rows[ID].to_list() == [f"{parents[0]}.0", f"{parents[0]}.1", f"{parents[1]}.0"]
    assert rows["part"].to_list() == ["a", "b", "c"]


def test_the_language_of_a_text_is_told(tmp_path: Path) -> None:
    """As ISO 639-1 codes."""
    texts = ["The weather is nice and we are going for a walk.", "Das Wetter ist heute sehr angenehm und wir gehen spazieren."]

    assert steps(tmp_path, 'filter | where language(text) == "de"', texts).rows("out")["text"].to_list() == texts[1:]


@pytest.mark.parametrize("text", ["a b c d e f g", "One. Two three. Four five six seven eight.\nNine", "x", ""])
def test_chunks_lose_no_word(text: str) -> None:
    """And have no more words than they may."""
    found = list(chunk.pieces(text, 3, 1))

    assert " ".join(found).split() == text.split()
    assert all(len(piece.split()) <= 3 for piece in found)


def worked(node: Spec, texts: list[str], sizes: list[int]) -> tuple[list[Any], dict[str, int]]:
    """Work the steps of the spec's node over frames of the given sizes."""
    frame = pl.DataFrame({ID: [f"r{n}" for n in range(len(texts))], "text": texts}, schema={ID: pl.String, "text": pl.String})

    async def frames() -> AsyncIterator[pl.DataFrame]:
        at = 0
        for size in sizes:
            yield frame[at : at + size]
            at += size
        yield frame[at:]

    async def run() -> tuple[list[Any], dict[str, int]]:
        stage: Any = frames()
        aside = SetAside(path=node.folder / "aside", allowed=1, place="", name="", private=False)
        for step in node.graph.by_name["out"].steps:
            around = Around(step=step, count=Count(verb=step.verb), seed=0, aside=aside, caller=None, score=no_score)
            stage = stage_of(step)(stage, around)
        done = [frame async for frame in stage]
        return [row for part in done for row in part.rows()], {"failed": aside.failed}

    return asyncio.run(run())


def no_score(_: str, __: Sequence[str]) -> np.typing.NDArray[np.float64]:
    """Refuse to score; no step of these tests asks for it."""
    raise NotImplementedError


def stage_of(step: Step) -> Any:
    """Return a step's stage as the engine finds it."""
    return import_module(f"synthc.runtime.steps.{step.verb}").STAGE


CHAINS = [
    "filter | let n = log(words(text)) | where n > 0 | dedup text | take 5",
    "transform | let part = lines(text) | explode part as text | chunk text { max_words = 2 } | dedup text",
    "filter | sample 50% | shuffle",
    "transform | dedup text { near = 0.5 } | repeat 2 as n | spread 3 by words(text)",
    "filter | top 30% by characters(text) | take 3",
]


@pytest.mark.parametrize("chain", CHAINS)
@settings(max_examples=15, deadline=None, database=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(alphabet="ab \n.", max_size=12), max_size=20), sizes=st.lists(st.integers(0, 6), max_size=5))
def test_rows_do_not_depend_on_the_size_of_frames(tmp_path: Path, chain: str, texts: list[str], sizes: list[int]) -> None:
    """The same rows in the same order, and as many set aside."""
    node = steps(tmp_path, chain)

    assert worked(node, texts, sizes)[0] == worked(node, texts, [])[0]


def test_steps_on_private_rows_keep_whose_they_are(tmp_path: Path) -> None:
    """However often a row is repeated, cut or changed."""
    write_jsonl(tmp_path / "users.jsonl", [{"user": f"u{n}", "text": f"mail a{n}@b.org. Or call me at home."} for n in range(3)])
    write_jsonl(tmp_path / "web.jsonl", [{"text": "call me at home"}])
    text = 'private source users = files("users.jsonl") { user = .user }\npublic source web = files("web.jsonl")\n'
    steps_ = "  | redact text\n  | chunk text { max_words = 4 }\n  | decontaminate text from web { words = 5 }\n  | repeat 2 as n\n"
    rows = spec(tmp_path, f"{text}transform out = users\n{steps_}").rows("out")

    assert rows["text"].to_list() == ["mail [email].", "mail [email].", "Or call me at", "Or call me at", "home.", "home."] * 3
    assert [len(group) for _, group in rows.group_by("_user")] == [6, 6, 6]
    assert rows[ID].n_unique() == len(rows)
