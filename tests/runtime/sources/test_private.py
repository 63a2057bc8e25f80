"""Private sources: no text and no user's id leaves the rows, whatever goes wrong."""

from __future__ import annotations

import json
import stat
import traceback
from pathlib import Path

import polars as pl
import pytest

from synthc.runtime.errors import RunError
from tests.runtime import spec as harness
from tests.runtime.spec import Spec, spec, write_jsonl

PRIVATE = """
private source phones = files("phones/*") {{
  text       = .text
  mood: int  = .mood else 1
  user       = .user
  people     = "people"
  population = 1M
  {more}
}}
"""
SECRET, ALICE = "my secret", "alice@example.org"
ROW = {"text": SECRET, "user": ALICE}


def private(folder: Path, more: str = "max_failures = 50%") -> Spec:
    """Return a private source of texts."""
    return spec(folder, PRIVATE.format(more=more))


def test_user_ids_are_keyed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same user has one name within a project, and another under another key."""
    write_jsonl(tmp_path / "phones/a.jsonl", [ROW, {"text": "b", "user": 7}])
    write_jsonl(tmp_path / "phones/b.jsonl", [ROW, {"text": "b", "user": "7"}])
    first = private(tmp_path).rows("phones")
    monkeypatch.setattr(harness, "KEY", b"1" * 64)
    (tmp_path / ".synth/private").rename(tmp_path / "before")

    second = private(tmp_path).rows("phones")

    assert first["_user"].to_list() == [*first["_user"].to_list()[:2]] * 2
    assert first["_user"].n_unique() == 2
    assert set(first["_user"]).isdisjoint(second["_user"])
    assert ALICE not in json.dumps(first.drop("text").to_dicts())


def test_the_artefact_is_for_its_owner_alone(tmp_path: Path) -> None:
    """It lies in a folder that others cannot enter."""
    write_jsonl(tmp_path / "phones/a.jsonl", [ROW])

    folder = private(tmp_path).make("phones").folder

    assert all(stat.S_IMODE(path.stat().st_mode) == 0o700 for path in (folder, folder.parent, folder.parent.parent))


MALFORMED = [
    '{"text": "my secret", "user": "alice@example.org"',
    '["my secret", "alice@example.org"]',
    json.dumps({"text": SECRET, "user": {"id": ALICE}}),
    json.dumps({"text": SECRET, "user": ""}),
    json.dumps({"text": SECRET, "user": "alice@example.org\ud83d"}),
    json.dumps({"text": SECRET + "\ud83d", "user": ALICE}),
    json.dumps({"text": [SECRET], "user": ALICE}),
    json.dumps({"text": SECRET, "user": ALICE, "mood": ALICE}),
    json.dumps({"text": SECRET}),
    json.dumps({"my secret": "alice@example.org"}),
]


@pytest.mark.parametrize("line", MALFORMED)
def test_of_a_malformed_row_only_its_place_is_kept(tmp_path: Path, line: str) -> None:
    """Neither text nor user id, not even the name of its file, which may be a user's."""
    write_jsonl(tmp_path / f"phones/{ALICE}.jsonl", [ROW, line, ROW, ROW])
    source = private(tmp_path)

    assert source.make("phones").rows == 3
    assert source.failures("phones") == [{"place": "file 1:2"}]


@pytest.mark.parametrize("line", MALFORMED)
def test_nothing_of_a_row_is_in_an_error(tmp_path: Path, line: str) -> None:
    """Nor in its traceback, nor in the events of the run."""
    write_jsonl(tmp_path / f"phones/{ALICE}.jsonl", [line, line])
    source = private(tmp_path, "max_failures = 1%")

    with pytest.raises(RunError) as found:
        source.make("phones")

    written = "".join(traceback.format_exception(found.value)) + json.dumps(source.told) + json.dumps(source.failures("phones"))
    assert SECRET not in written
    assert ALICE not in written


@pytest.mark.parametrize(("name", "content"), [("x.jsonl.gz", b"{alice"), ("x.csv", b'text,user\n"alice\x00'), ("x.parquet", b"alice"), ("x.txt", b"alice"), ("x.doc", b"alice")])
def test_a_broken_private_file_is_named_by_its_number(tmp_path: Path, name: str, content: bytes) -> None:
    """Its name and its first bytes are not shown."""
    (tmp_path / "phones").mkdir()
    (tmp_path / "phones" / f"{ALICE}.{name}").write_bytes(content)

    with pytest.raises(RunError) as found:
        private(tmp_path, "max_failures = 1%").make("phones")

    assert "`phones`" in str(found.value)
    assert "alice" not in str(found.value)


def test_a_split_by_shares_draws_users_by_their_keyed_hash(tmp_path: Path) -> None:
    """All rows of a user are in one part, and the parts have about their shares."""
    write_jsonl(tmp_path / "phones/a.jsonl", [{"text": str(n), "user": n % 1000} for n in range(2000)])

    rows = private(tmp_path, "split = { tune = 10%, test = 30% }").rows("phones")

    parts = rows.group_by("_user").agg(pl.col("_part").unique())
    assert parts["_part"].list.len().to_list() == [1] * 1000
    counts = dict(parts["_part"].list.first().value_counts().iter_rows())
    assert {name: round(count, -2) for name, count in counts.items()} == {"train": 600, "tune": 100, "test": 300}


BY = 'split = by(.split, train = "client", test = "dev")'


def test_a_split_by_a_column_takes_its_parts_from_it(tmp_path: Path) -> None:
    """Users in none of the parts are left out and counted as filtered."""
    write_jsonl(tmp_path / "phones/a.jsonl", [{"text": "x", "user": user, "split": split} for user, split in {"a": "client", "b": "dev", "c": "other"}.items()])

    dataset = private(tmp_path, BY).make("phones")

    assert next(dataset.frames())["_part"].to_list() == ["train", "test"]
    assert dataset.counts["filtered"] == 1


@pytest.mark.parametrize("second", ["dev", "other"])
def test_a_user_in_two_parts_is_an_error_that_does_not_name_them(tmp_path: Path, second: str) -> None:
    """The place of the first such row is in the list of failures, for the owner to see."""
    write_jsonl(tmp_path / "phones/a.jsonl", [{**ROW, "split": "client"}, {**ROW, "split": second}])
    source = private(tmp_path, BY)

    with pytest.raises(RunError, match=r"^spec.synth:2:16: `.split` differs between rows of one user of `phones`.*, or split by shares$") as found:
        source.make("phones")

    assert ALICE not in str(found.value)
    assert source.failures("phones") == [{"place": "file 1:2"}]


def test_a_split_column_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """It does not silently leave every user out."""
    write_jsonl(tmp_path / "phones/a.jsonl", [ROW])

    with pytest.raises(RunError, match=r"no row of `phones` has `.split` for the split$"):
        private(tmp_path, BY).make("phones")


def test_progress_tells_no_counts(tmp_path: Path) -> None:
    """How many private rows there are is private."""
    write_jsonl(tmp_path / "phones/a.jsonl", [ROW] * 5000)
    source = private(tmp_path)

    source.make("phones")

    assert {event["done"] for event in source.told} == {0}
