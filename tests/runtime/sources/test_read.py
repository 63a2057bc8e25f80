"""Sources: rows of the declared columns, the malformed ones counted and set aside by line."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from synthc.runtime.errors import InputError
from tests.runtime.spec import Spec, spec, write_jsonl

TYPED = """
public source web = files("web.jsonl") {
  text         = .body.text
  score: float = .meta.score else 0.5
  count: int   = .count else 1
  seen: date   = .seen
  good: bool   = .good else false
  tags: list(text) = .tags
  turns: list({ who: text, said: text }) = .turns
  max_failures = 50%
}
"""
ROW = {"body": {"text": "hi"}, "seen": "2024-02-03", "tags": ["a"], "turns": [{"who": "A", "said": "hey", "at": 3}]}


def public(folder: Path, pattern: str, **settings: str) -> Spec:
    """Return a source of one text column."""
    more = "".join(f"  {name} = {value}\n" for name, value in settings.items())
    return spec(folder, f'\npublic source web = files("{pattern}") {{\n  text = .text\n{more}}}\n')


def test_columns_are_typed_and_have_defaults(tmp_path: Path) -> None:
    """Numbers, dates, lists and records of lists arrive as what they were declared to be."""
    write_jsonl(tmp_path / "web.jsonl", [ROW, {**ROW, "meta": {"score": 2}, "count": "7", "good": True, "tags": [], "turns": []}])

    rows = spec(tmp_path, TYPED).rows("web").drop("_id").to_dicts()

    first = {"text": "hi", "score": 0.5, "count": 1, "seen": dt.date(2024, 2, 3), "good": False, "tags": ["a"], "turns": [{"who": "A", "said": "hey"}]}
    assert rows == [first, {**first, "score": 2.0, "count": 7, "good": True, "tags": [], "turns": []}]


MALFORMED: dict[str, dict[str, Any]] = {
    "no `.body.text` for the column `text`": {"body": {}},
    "the column `text` is not text": {"body": {"text": 3}},
    "the column `score` is not float": {"meta": {"score": "high"}},
    "the column `count` is not int": {"count": 1.5},
    "the column `seen` is not date": {"seen": "yesterday"},
    "the column `good` is not bool": {"good": "maybe"},
    "the column `tags` is not list": {"tags": ["a", None]},
    "the column `turns` is not list": {"turns": [{"who": "A"}]},
}


@pytest.mark.parametrize("reason", MALFORMED)
def test_a_row_that_does_not_fit_is_set_aside(tmp_path: Path, reason: str) -> None:
    """Its line and its reason are written, and the others go on."""
    write_jsonl(tmp_path / "web.jsonl", [ROW, {**ROW, **MALFORMED[reason]}, ROW])
    source = spec(tmp_path, TYPED)

    dataset = source.make("web")

    assert source.failures("web") == [{"row": "web.jsonl:2", "place": "web.jsonl:2", "reason": reason}]
    assert {k: dataset.counts[k] for k in ("in", "out", "failed")} == {"in": 3, "out": 2, "failed": 1}


LINES = {
    '{"text": "unfinished': "not JSON",
    '["a list"]': "not a JSON object",
    '{"text": "half an emoji \\ud83d"}': "the column `text` is not text",
    '{"text": null}': "no `.text` for the column `text`",
    "[" * 100_000: "not JSON",
}


@pytest.mark.parametrize("line", LINES)
def test_a_line_that_is_no_row_is_set_aside(tmp_path: Path, line: str) -> None:
    """Whatever is wrong with it."""
    write_jsonl(tmp_path / "web.jsonl", [{"text": "fine"}, "", line])
    source = public(tmp_path, "web.jsonl", max_failures="50%")

    assert source.rows("web")["text"].to_list() == ["fine"]
    assert [(failure["place"], failure["reason"]) for failure in source.failures("web")] == [("web.jsonl:3", LINES[line])]


def test_infinite_and_too_large_numbers_are_malformed(tmp_path: Path) -> None:
    """JSON of some writers has NaN, and integers that no column holds."""
    write_jsonl(tmp_path / "web.jsonl", ['{"n": NaN, "m": 1}', '{"n": 1, "m": 1e999}', '{"n": 1, "m": 9223372036854775808}', '{"n": 1, "m": 2}'])
    source = spec(tmp_path, '\npublic source web = files("web.jsonl") {\n  n: float = .n\n  m: int = .m\n  max_failures = 90%\n}\n')

    assert source.rows("web")["m"].to_list() == [2]


def test_every_kind_of_file_gives_the_same_rows(tmp_path: Path) -> None:
    """Of a glob over JSON lines, gzip'd or not, CSV, text and Parquet, in the order of their names."""
    write_jsonl(tmp_path / "data/a.jsonl", [{"text": "one, two"}])
    write_jsonl(tmp_path / "data/b.jsonl.gz", [{"text": "one, two"}])
    (tmp_path / "data/c.csv").write_text('\ufefftext,more\n"one, two",3\n')
    (tmp_path / "data/d.txt").write_text("one, two\r\n\n")
    pl.DataFrame({"text": ["one, two"]}).write_parquet(tmp_path / "data/e.parquet")

    rows = public(tmp_path, "data/*").rows("web")

    assert rows["text"].to_list() == ["one, two"] * 5
    assert rows["_id"].n_unique() == 5


def test_files_of_one_name_in_several_folders_do_not_share_ids(tmp_path: Path) -> None:
    """The identity of a row counts from its file's path, not from the file's name alone."""
    for folder in ("a", "b"):
        write_jsonl(tmp_path / folder / "x.jsonl", [{"text": folder}])

    assert public(tmp_path, "**/x.jsonl").rows("web")["_id"].n_unique() == 2


def test_ids_are_stable(tmp_path: Path) -> None:
    """They depend on file and line, not on where the project lies or what else is in the file."""
    ids = []
    for name, rows in {"one": ["a", "b"], "two": ["a", "c", "d"]}.items():
        write_jsonl(tmp_path / name / "web.jsonl", [{"text": text} for text in rows])
        ids.append(public(tmp_path / name, "web.jsonl").rows("web")["_id"].to_list())

    assert ids[0] == ids[1][:2]


def test_not_utf8_is_malformed_in_every_kind_of_text(tmp_path: Path) -> None:
    """The row is set aside, the others stay."""
    (tmp_path / "a.jsonl").write_bytes(b'{"text": "caf\xe9"}\n{"text": "ok"}\n')
    (tmp_path / "b.csv").write_bytes(b"text\ncaf\xe9\nok\n")
    (tmp_path / "c.txt").write_bytes(b"caf\xe9\nok\n")
    source = spec(tmp_path, '\npublic source web = files(["a.jsonl", "b.csv", "c.txt"]) {\n  text = .text\n  max_failures = 60%\n}\n')

    assert source.rows("web")["text"].to_list() == ["ok"] * 3
    assert [failure["reason"] for failure in source.failures("web")] == ["not UTF-8"] * 3


def test_more_malformed_rows_than_allowed_stop_the_run(tmp_path: Path) -> None:
    """The sentence has the counts and where the reasons stand."""
    write_jsonl(tmp_path / "web.jsonl", ["oops", *[{"text": "ok"}] * 99, "oops"])

    with pytest.raises(InputError, match=r"spec.synth:2:15: `web` set aside 2 of its 101 rows \(2.0%\), more than `max_failures = 1%`; 2 of them: not JSON; why stands in .*failures.jsonl"):
        public(tmp_path, "web.jsonl").make("web")


def test_the_wrong_column_for_users_is_named(tmp_path: Path) -> None:
    """That no row has it tells nothing about anybody; which columns there are is not told of private files."""
    write_jsonl(tmp_path / "phones.jsonl", [{"text": "ok", "uid": n} for n in range(3)])
    source = spec(tmp_path, '\nprivate source phones = files("phones.jsonl") {\n  text = .text\n  user = .user_id\n  people = "people"\n  population = 10k\n}\n')

    with pytest.raises(InputError, match=r"`phones` has `\.user_id` for `user`$"):
        source.make("phones")


def test_as_many_malformed_rows_as_allowed_do_not(tmp_path: Path) -> None:
    """One in a hundred is allowed."""
    write_jsonl(tmp_path / "web.jsonl", ["oops", *[{"text": "ok"}] * 99])

    assert public(tmp_path, "web.jsonl").make("web").rows == 99


def test_a_limit_reads_no_further(tmp_path: Path) -> None:
    """The first rows of a public source are read, the rest not even looked at."""
    write_jsonl(tmp_path / "web.jsonl", [{"text": "a"}, {"text": "b"}, "oops"])
    source = public(tmp_path, "web.jsonl")
    source.limit = 2

    assert source.rows("web")["text"].to_list() == ["a", "b"]


MESSAGES = {
    "missing.jsonl": r"spec.synth:2:15: there is no file `missing.jsonl` \(looked for in .*\); check the path, or run from the project's folder",
    "empty.jsonl": "spec.synth:2:15: the source `web` is empty; its files have no rows",
    "other.jsonl": "spec.synth:2:15: no row of `web` has `.text` for the column `text`; its records have `body`, `title`",
    "cut.jsonl.gz": "spec.synth:2:15: cut.jsonl.gz ends too early, it was cut off; fetch or pack it again",
    "plain.jsonl.gz": "spec.synth:2:15: plain.jsonl.gz is not a whole gzip file; fetch or pack it again",
    "broken.jsonl.gz": "spec.synth:2:15: broken.jsonl.gz is not a whole gzip file; fetch or pack it again",
    "x.parquet": "spec.synth:2:15: x.parquet is not a whole Parquet file; fetch or write it again",
    "x.docx": "spec.synth:2:15: x.docx is no kind of file that is read; files end in .jsonl, .json, .parquet, .csv, .txt, perhaps with .gz",
    "array.json": r"spec.synth:2:15: array.json is one JSON array; write one object a line instead, as `jq -c '.\[\]'` does",
}


@pytest.mark.parametrize("name", MESSAGES)
def test_a_file_that_cannot_be_read_says_where_and_what_to_do(tmp_path: Path, name: str) -> None:
    """In one sentence, exit 2."""
    write_jsonl(tmp_path / "other.jsonl", [{"title": "a", "body": "b"}] * 300)
    write_jsonl(tmp_path / "cut.jsonl.gz", [{"text": str(n)} for n in range(5000)])
    packed = (tmp_path / "cut.jsonl.gz").read_bytes()
    (tmp_path / "cut.jsonl.gz").write_bytes(packed[:-200])
    (tmp_path / "broken.jsonl.gz").write_bytes(packed[:40] + b"\xff" * 40 + packed[80:])
    for plain in ("empty.jsonl", "plain.jsonl.gz", "x.parquet", "x.docx", "array.json"):
        (tmp_path / plain).write_text("" if plain == "empty.jsonl" else '[\n{"text": "secret"}\n]\n')

    with pytest.raises(InputError, match=f"^{MESSAGES[name]}$") as found:
        public(tmp_path, name).make("web")
    assert found.value.exit_code == 2
    assert "secret" not in str(found.value)
