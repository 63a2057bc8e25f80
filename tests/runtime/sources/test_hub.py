"""Which files of a repository of the Hub are a config and a split."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from synthc.runtime.errors import InputError
from synthc.runtime.sources import hub
from synthc.runtime.sources.hub import LocalRepository, find_hub_files
from tests.runtime.spec import spec, write_jsonl

CARD = """---
license: odc-by
configs:
- config_name: en
  data_files:
  - split: train
    path: "en/train-*.jsonl.gz"
  - split: validation
    path: ["en/valid.jsonl", "en/more/**"]
- config_name: de
  data_files: "de/*.jsonl"
---
# A dataset --- with a card
"""


def find(folder: Path, files: list[str], *, card: str | None = None, **asked: Any) -> list[str]:
    """Return the names that are found among files."""
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("{}")
    if card is not None:
        (folder / "README.md").write_text(card)
    reader = {"repository": "team/data", "config": None, "split": "train", "revision": None, **asked}
    found = find_hub_files(reader, "spec.synth:2:1", LocalRepository(folder))
    assert all(path == folder / name for name, path in found)
    return [name for name, _ in found]


LAYOUTS: list[tuple[list[str], dict[str, str], list[str]]] = [
    (["data/train-00000-of-2.parquet", "data/train-00001-of-2.parquet", "data/test-0.parquet"], {}, ["data/train-00000-of-2.parquet", "data/train-00001-of-2.parquet"]),
    (["en/train/0.parquet", "en/test/0.parquet", "de/train/0.parquet"], {"config": "en"}, ["en/train/0.parquet"]),
    (["en/c4-train.0.json.gz", "en/c4-validation.0.json.gz"], {"config": "en", "split": "validation"}, ["en/c4-validation.0.json.gz"]),
    (["train.jsonl", "test.jsonl"], {"split": "test"}, ["test.jsonl"]),
    (["constrained.jsonl"], {}, ["constrained.jsonl"]),
    (["a.csv", "notes.md", ".gitattributes"], {}, ["a.csv"]),
    (["train.parquet", "train.jsonl"], {}, ["train.parquet"]),
]


@pytest.mark.parametrize(("files", "asked", "expected"), LAYOUTS)
def test_the_usual_layouts_are_found(tmp_path: Path, files: list[str], asked: dict[str, str], expected: list[str]) -> None:
    """Without a card, by the names of folders and files."""
    assert find(tmp_path, files, **asked) == expected


FILES = ["en/train-0.jsonl.gz", "en/train-1.jsonl.gz", "en/valid.jsonl", "en/more/x/y.jsonl", "en/other.jsonl", "de/a.jsonl", "de/old/b.jsonl"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"config": "en"}, ["en/train-0.jsonl.gz", "en/train-1.jsonl.gz"]),
        ({"config": "en", "split": "validation"}, ["en/more/x/y.jsonl", "en/valid.jsonl"]),
        ({"config": "de"}, ["de/a.jsonl"]),
    ],
)
def test_the_card_says_which_files_a_config_has(tmp_path: Path, asked: dict[str, str], expected: list[str]) -> None:
    """Its globs stay within a folder unless they say `**`."""
    assert find(tmp_path, FILES, card=CARD, **asked) == expected


@pytest.mark.parametrize("card", ["no head", "---\n: [\n---\n", "---\n- a\n---\n", "---\nconfigs: en\n---\n"])
def test_a_card_without_configs_leaves_it_to_the_layout(tmp_path: Path, card: str) -> None:
    """Whatever its head is."""
    assert find(tmp_path, ["train.jsonl"], card=card) == ["train.jsonl"]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({}, '`team/data` has several configs; say `config = ` one of "en", "de"'),
        ({"config": "fr"}, '`team/data` has no config `fr`; say `config = ` one of "en", "de"'),
        ({"config": "de", "split": "dev"}, "`team/data` has no files for the split `dev` of config `de`; it holds de/a.jsonl, de/old/b.jsonl"),
    ],
)
def test_what_is_not_there_is_said(tmp_path: Path, asked: dict[str, str], message: str) -> None:
    """With what there is instead."""
    with pytest.raises(InputError) as found:
        find(tmp_path, FILES, card=CARD, **asked)

    assert str(found.value).startswith(f"spec.synth:2:1: {message}")


def test_rows_of_a_repository_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their identity counts from the repository and the file's path in it."""
    for name in ("en/train/0.jsonl", "en/train/more/0.jsonl"):
        write_jsonl(tmp_path / "repository" / name, [{"text": name}])
    monkeypatch.setattr(hub, "HubRepository", lambda *_: LocalRepository(tmp_path / "repository"))

    rows = spec(tmp_path, 'public source web = hub("team/data", config = "en") {\n  text = .text\n}\n').rows("web")

    assert rows["text"].to_list() == ["en/train/0.jsonl", "en/train/more/0.jsonl"]
    assert rows["_id"].n_unique() == 2
