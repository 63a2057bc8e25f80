"""Reads records from files: JSON lines, Parquet, CSV and text, plain or gzip'd."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from synthc.runtime.errors import InputError

SUFFIXES = (".jsonl", ".json", ".parquet", ".csv", ".txt")


class Record(NamedTuple):
    """One record and its place: the line or row counted from 1; a malformed one has its problem."""

    line: int
    value: dict[str, Any] | None
    problem: str = ""


def read_records(path: Path) -> Iterator[Record]:
    """Yield the records of a file by its suffix; `.gz` may follow it."""
    kind = Path(path.stem).suffix if path.suffix == ".gz" else path.suffix
    try:
        if kind == ".parquet":
            yield from _parquet(path)
        elif kind in {".jsonl", ".json"}:
            yield from _json_lines(path)
        elif kind == ".csv":
            yield from _csv(path)
        elif kind == ".txt":
            yield from _text(path)
        else:
            raise InputError(f"{path}: files end in {', '.join(SUFFIXES)}, perhaps with .gz")
    except (gzip.BadGzipFile, EOFError, OSError) as problem:
        raise InputError(f"{path}: cannot be read to its end ({problem})") from None


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    opened: Any = gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")
    with opened as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield number, line


def _json_lines(path: Path) -> Iterator[Record]:
    for number, line in _lines(path):
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            yield Record(number, None, "not JSON")
            continue
        yield Record(number, value) if isinstance(value, dict) else Record(number, None, "not a JSON object")


def _text(path: Path) -> Iterator[Record]:
    """Yield one record a line, its column named `text`."""
    for number, line in _lines(path):
        try:
            yield Record(number, {"text": line.decode("utf-8").rstrip("\r\n")})
        except UnicodeDecodeError:
            yield Record(number, None, "not UTF-8")


def _csv(path: Path) -> Iterator[Record]:
    opened: Any = gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")
    with opened as file, io.TextIOWrapper(file, encoding="utf-8", errors="replace", newline="") as text:
        reader = csv.DictReader(text)
        try:
            for row in reader:
                whole = None not in row and None not in row.values()
                yield Record(reader.line_num, dict(row)) if whole else Record(reader.line_num, None, "not as many fields as the head")
        except csv.Error as problem:
            raise InputError(f"{path}:{reader.line_num}: {problem}") from None


def _parquet(path: Path) -> Iterator[Record]:
    import pyarrow
    import pyarrow.parquet

    number = 0
    try:
        for batch in pyarrow.parquet.ParquetFile(path).iter_batches(batch_size=2048):
            for value in batch.to_pylist():
                number += 1
                yield Record(number, value)
    except pyarrow.ArrowInvalid as problem:
        raise InputError(f"{path}: not a Parquet file ({str(problem).splitlines()[0]})") from None
