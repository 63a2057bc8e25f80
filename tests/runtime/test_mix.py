"""Mixes: shares of words, no row twice unless a size asks for it, in an order of the seed's."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synthc.runtime.errors import InputError
from tests.runtime.spec import Spec, spec, write_jsonl


def mixed(folder: Path, parts: dict[str, list[int]], weights: str, more: str = "", seed: int = 0) -> Spec:
    """Return a mix of sources whose rows have so many words."""
    text = ""
    for name, sizes in parts.items():
        write_jsonl(folder / f"{name}.jsonl", [{"text": " ".join([f"{name}{n}"] * size)} for n, size in enumerate(sizes)])
        text += f'public source {name} = files("{name}.jsonl") {{\n  text = .text\n}}\n'
    return spec(folder, f"{text}mix out = {weights} {more}\n", seed=seed)


def words(rows: pl.DataFrame) -> dict[str, int]:
    """Return the words of each part."""
    counted = rows.with_columns(pl.col("text").str.split(" ").list.len().alias("words")).group_by("origin").agg(pl.col("words").sum())
    return dict(counted.iter_rows())


def test_the_largest_mix_uses_no_row_twice(tmp_path: Path) -> None:
    """The part that runs out decides how much of the others there is."""
    node = mixed(tmp_path, {"a": [10] * 30, "b": [10] * 50}, "75% a + 25% b")

    rows = node.rows("out")

    assert words(rows) == {"a": 300, "b": 100}
    assert rows["text"].n_unique() == len(rows) == 40
    told = "`a` is the short part: its 300 words are to be 75% of all, so no more than 20% of `b` goes in; more of `a`, a smaller share of it, or `words = ...`, which repeats short parts, takes more"
    assert [event["text"] for event in node.told] == [told]
    counts = node.make("out").counts
    assert (counts["in"], counts["out"], counts["filtered"], counts["words"]) == (80, 40, 40, {"a": 300, "b": 100})


def test_a_mix_of_all_there_is_needs_no_word(tmp_path: Path) -> None:
    """Nothing limits it."""
    node = mixed(tmp_path, {"a": [10] * 30, "b": [10] * 10}, "75% a + 25% b")
    node.rows("out")

    assert node.told == []


@settings(max_examples=20, deadline=None, database=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(a=st.lists(st.integers(1, 9), min_size=1, max_size=20), b=st.lists(st.integers(1, 9), min_size=1, max_size=20), share=st.integers(1, 99))
def test_shares_hold_within_a_row(tmp_path_factory: pytest.TempPathFactory, a: list[int], b: list[int], share: int) -> None:
    """Of words, whatever the sizes of the rows; and no row is there twice."""
    rows = mixed(tmp_path_factory.mktemp("mix"), {"a": a, "b": b}, f"{share}% a + {100 - share}% b").rows("out")

    found, total = words(rows), min(sum(a) / share, sum(b) / (100 - share)) * 100
    assert 0 <= found.get("a", 0) - round(total * share / 100) < max(a)
    assert 0 <= found.get("b", 0) - round(total * (100 - share) / 100) < max(b)
    assert rows["_id"].n_unique() == rows["text"].n_unique() == len(rows)


def test_short_parts_repeat_for_a_wanted_size(tmp_path: Path) -> None:
    """Each row as often as any other, give or take one, and a note says how often."""
    node = mixed(tmp_path, {"a": [10] * 8, "b": [10] * 200}, "50% a + 50% b", "{\n  words = 400\n}")

    rows = node.rows("out")

    assert words(rows) == {"a": 200, "b": 200}
    assert set(rows.filter(pl.col("origin") == "a")["text"].value_counts()["count"]) == {2, 3}
    assert rows["_id"].n_unique() == len(rows)
    assert [event["text"] for event in node.told] == ["`a` is repeated 2.5 times to make 50% of the mix"]


def test_the_order_is_the_seed_s(tmp_path: Path) -> None:
    """The same each time, another with another seed, and the parts are spread."""
    orders = [mixed(tmp_path / str(n), {"a": [3] * 40, "b": [3] * 40}, "50% a + 50% b", seed=seed).rows("out")["_id"].to_list() for n, seed in enumerate((0, 0, 1))]

    assert orders[0] == orders[1] != orders[2]
    assert sorted(orders[0]) == sorted(orders[2])
    assert len({id.split("@")[1] for id in orders[0][:20]}) == 2


def test_columns_are_the_common_ones_and_the_origin(tmp_path: Path) -> None:
    """What only one part has cannot be in all rows."""
    write_jsonl(tmp_path / "a.jsonl", [{"text": "x", "only": "y"}])
    text = 'public source a = files("a.jsonl") {\n  text = .text\n  only = .only\n}\npublic source b = files("a.jsonl") {\n  text = .text\n}\nmix out = 50% a + 50% b\n'

    rows = spec(tmp_path, text).rows("out")

    assert rows.columns == ["_id", "text", "origin"]
    assert sorted(rows["origin"]) == ["a", "b"]


def test_a_part_without_words_is_an_error(tmp_path: Path) -> None:
    """It cannot be any share of anything."""
    with pytest.raises(InputError, match=r"^spec.synth:8:5: `b`, a part of `out`, has no words to mix$"):
        mixed(tmp_path, {"a": [3], "b": [0]}, "50% a + 50% b").make("out")
