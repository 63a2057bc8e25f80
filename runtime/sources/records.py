"""Reads records from files: JSON lines, Parquet, CSV and text, plain or gzip'd."""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

from synthc.runtime.errors import InputError

SUFFIXES = (".jsonl", ".json", ".parquet", ".csv", ".txt")


class Record(NamedTuple):
    """One record and its place: the line or row counted from 1; a malformed one has its problem."""

    line: int
    value: dict[str, Any] | None
    problem: str = ""


def read_records(path: Path, shown: str) -> Iterator[Record]:
    """Yield the records of a file by its suffix, which `.gz` may follow; `shown` is what errors call it.

    Errors hold nothing of what is in the file.
    """
    kind = Path(path.stem).suffix if path.suffix == ".gz" else path.suffix
    problem = ""
    try:
        if kind == ".parquet":
            yield from _parquet(path)
        elif kind in READERS:
            with _opened(path) as file:
                yield from READERS[kind](file)
        else:
            problem = f"is no kind of file that is read; files end in {', '.join(SUFFIXES)}, perhaps with .gz"
    except (gzip.BadGzipFile, zlib.error):
        problem = "is not a whole gzip file; fetch or pack it again"
    except EOFError:
        problem = "ends too early, it was cut off; fetch or pack it again"
    except Unreadable as found:
        problem = str(found)
    except OSError as found:
        problem = f"cannot be read ({(found.strerror or 'broken').lower()})"
    if problem:
        raise InputError(f"{shown} {problem}")


class Unreadable(Exception):
    """A file that is not of its kind."""


def _opened(path: Path) -> IO[bytes]:
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def _lines(file: IO[bytes]) -> Iterator[tuple[int, str | None]]:
    """Yield the lines that are not blank; one that is not UTF-8 is None."""
    for number, line in enumerate(file, 1):
        if line.strip():
            yield number, _decoded(line, "utf-8-sig" if number == 1 else "utf-8")


def _decoded(line: bytes, encoding: str) -> str | None:
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        return None


def _json_lines(file: IO[bytes]) -> Iterator[Record]:
    for number, line in _lines(file):
        if number == 1 and line is not None and line.strip() in {"[", "[{"}:
            raise Unreadable("is one JSON array; write one object a line instead, as `jq -c '.[]'` does")
        yield Record(number, None, "not UTF-8") if line is None else _json(number, line)


def _json(number: int, line: str) -> Record:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return Record(number, None, "not JSON")
    return Record(number, value) if isinstance(value, dict) else Record(number, None, "not a JSON object")


def _text(file: IO[bytes]) -> Iterator[Record]:
    """Yield one record a line, its column named `text`."""
    for number, line in _lines(file):
        yield Record(number, None, "not UTF-8") if line is None else Record(number, {"text": line.rstrip("\r\n")})


def _csv(file: IO[bytes]) -> Iterator[Record]:
    csv.field_size_limit(sys.maxsize)
    # What is not UTF-8 becomes lone surrogates, so that its row alone is malformed.
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="")
    reader = csv.DictReader(text)
    try:
        for row in reader:
            yield Record(reader.line_num, *_checked(row))
    except csv.Error:
        raise Unreadable(f"is not CSV at line {reader.line_num}") from None


def _checked(row: dict[str | Any, Any]) -> tuple[dict[str, Any] | None, str]:
    if None in row or None in row.values():
        return None, "not as many fields as the head"
    return (dict(row), "") if all(unicode(value) for value in row.values()) else (None, "not UTF-8")


def unicode(text: str) -> bool:
    """Tell whether a text can be written as UTF-8, which one with lone surrogates cannot."""
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def _parquet(path: Path) -> Iterator[Record]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        for batch in pq.ParquetFile(path).iter_batches(batch_size=2048):
            for value in _values(batch):
                number += 1
                yield Record(number, value, "" if value else "not UTF-8")
    except pa.ArrowException:
        raise Unreadable("is not a whole Parquet file; fetch or write it again") from None


def _values(batch: Any) -> Iterator[dict[str, Any] | None]:
    try:
        yield from batch.to_pylist()
    except UnicodeDecodeError:
        for index in range(len(batch)):
            try:
                yield batch.slice(index, 1).to_pylist()[0]
            except UnicodeDecodeError:
                yield None


READERS = {".jsonl": _json_lines, ".json": _json_lines, ".csv": _csv, ".txt": _text}
