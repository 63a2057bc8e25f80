"""Rows at rest: shards of a fixed size, the same bytes for the same rows."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from synthc.runtime import rows as module
from synthc.runtime.errors import TooManyFailures
from synthc.runtime.rows import Dataset, DatasetWriter
from synthc.runtime.setaside import SetAside

SCHEMA = {"_id": pl.String(), "text": pl.String()}


def written(folder: Path, sizes: list[int]) -> Dataset:
    """Write numbered rows in frames of some sizes."""
    folder.mkdir()
    writer, at = DatasetWriter(folder=folder, schema=dict(SCHEMA)), 0
    for size in sizes:
        writer.write(pl.DataFrame({"text": [str(n) for n in range(at, at + size)], "_id": [f"r{n}" for n in range(at, at + size)]}, schema={"text": pl.String, "_id": pl.String}))
        at += size
    writer.close({"out": writer.rows})
    return Dataset(folder=folder)


def test_the_same_rows_are_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the frames they came in; shards are in row order."""
    monkeypatch.setattr(module, "SHARD_ROWS", 10)
    one, many = written(tmp_path / "one", [25]), written(tmp_path / "many", [1, 0, 13, 11])

    assert [shard.read_bytes() for shard in one.shards] == [shard.read_bytes() for shard in many.shards]
    assert [len(frame) for frame in one.frames()] == [10, 10, 5]
    assert pl.concat(one.frames(["text"]))["text"].to_list() == [str(n) for n in range(25)]
    assert one.rows == one.counts["out"] == 25


def test_an_empty_dataset_has_its_columns(tmp_path: Path) -> None:
    """So that whoever reads it finds them."""
    empty = written(tmp_path / "x", [])

    assert empty.rows == 0
    assert [frame.schema for frame in empty.frames()] == [pl.Schema(SCHEMA)]


def test_other_columns_are_a_mistake_of_ours(tmp_path: Path) -> None:
    """None is dropped in silence."""
    writer = DatasetWriter(folder=tmp_path, schema=dict(SCHEMA))

    with pytest.raises(AssertionError):
        writer.write(pl.DataFrame({"_id": ["r"], "text": ["x"], "more": [1]}))


def test_a_part_is_grouped_by_user(tmp_path: Path) -> None:
    """Users in the order of their ids, each user's rows in the order they came."""
    frame = pl.DataFrame({"_id": list("abcd"), "_user": ["u2", "u1", "u2", "u1"], "_part": ["train", "train", "train", "test"], "text": list("wxyz")})
    writer = DatasetWriter(folder=tmp_path, schema=dict(frame.schema))
    writer.write(frame)
    writer.close({})

    assert Dataset(folder=tmp_path).part("train", ["text"]).rows() == [("u1", "b", "x"), ("u2", "a", "w"), ("u2", "c", "y")]


@pytest.mark.parametrize("private", [False, True])
def test_what_is_set_aside_of_private_rows_is_their_place(tmp_path: Path, private: bool) -> None:  # noqa: FBT001
    """And the message has no counts."""
    aside = SetAside(path=tmp_path / "f.jsonl", allowed=0.005, place="spec.synth:2:1", name="x", private=private)
    aside.add("r1", "a:3", "not JSON", raw="secret")

    with pytest.raises(TooManyFailures) as found:
        aside.judge(100)

    if private:
        assert (tmp_path / "f.jsonl").read_text() == '{"place": "a:3"}\n'
        assert str(found.value) == f"spec.synth:2:1: `x` set aside too many of its rows, more than `max_failures = 0.5%`; their places stand in {tmp_path}/f.jsonl"
    else:
        assert (tmp_path / "f.jsonl").read_text() == '{"row": "r1", "place": "a:3", "reason": "not JSON", "raw": "secret"}\n'
        assert "set aside 1 of its 100 rows (1.0%), more than `max_failures = 0.5%`; 1 of them: not JSON; why stands in" in str(found.value)
    aside.judge(200)
