"""Turns the records of a source into rows: columns by their paths, users and parts of the private."""

from __future__ import annotations

import datetime
import hmac
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

import polars as pl

from synthc.compiler.graph import Node
from synthc.runtime.context import Context
from synthc.runtime.errors import InputError
from synthc.runtime.rows import ID, PART, USER, DatasetWriter
from synthc.runtime.schema import schema
from synthc.runtime.setaside import SetAside
from synthc.runtime.sources.files import find_files
from synthc.runtime.sources.hub import find_hub_files
from synthc.runtime.sources.records import Record, read_records

BATCH = 4096
PYTHON = {"text": str, "choice": str, "int": int, "bool": bool}


class Malformed(Exception):
    """A record that is no row; the message says why without showing it."""


def source_files(node: Node, project: Path) -> list[tuple[str, Path]]:
    """Return the files of a source, each with the name that its rows' identity counts from."""
    reader = node.settings["reader"]
    if reader["kind"] == "hub":
        files = find_hub_files(reader, node.place)
        return [(f"{reader['repository']}/{path.name}", path) for path in files]
    files = find_files(reader, project, node.place)
    return [(path.name, path) for path in files]


def read_source(context: Context, key: bytes) -> None:
    """Read all files of a source into the artefact, the malformed rows set aside."""
    node, settings = context.node, context.node.settings
    private = settings["visibility"] == "private"
    aside = SetAside(path=context.folder / "failures.jsonl", allowed=settings["max_failures"], place=node.place, name=node.name, private=private)
    writer = DatasetWriter(folder=context.folder, schema=schema(node, users=private))
    counts = {"in": 0, "out": 0, "filtered": 0, "duplicates": 0, "failed": 0, "added": 0}
    waiting: list[dict[str, Any]] = []
    missing: dict[str, tuple[int, list[str]]] = {}
    for index, (name, record) in enumerate(_records(context)):
        if context.limit is not None and index >= context.limit and not private:
            break
        counts["in"] += 1
        try:
            row = _row(record, settings, key)
        except Malformed as problem:
            aside.add(f"{name}:{record.line}", f"{name}:{record.line}", str(problem))
            _note_missing(str(problem), record, missing)
        else:
            if row is None:
                counts["filtered"] += 1
            else:
                row[ID] = _identity(name, record.line)
                waiting.append(row)
        if len(waiting) >= BATCH:
            _flush(waiting, writer)
            context.progress(0 if private else counts["in"], None, "rows")
    if waiting:
        _flush(waiting, writer)
    counts["out"], counts["failed"] = writer.rows, aside.failed
    aside.rows = counts["in"]
    _refuse_nothing(context, counts, missing)
    aside.judge()
    aside.flush()
    writer.close(counts)


def _records(context: Context) -> Iterator[tuple[str, Record]]:
    for name, path in source_files(context.node, context.project):
        for record in read_records(path):
            yield name, record


def _row(record: Record, settings: Mapping[str, Any], key: bytes) -> dict[str, Any] | None:
    """Return a row, or None for a user who is in no part of a split by column."""
    if record.value is None:
        raise Malformed(record.problem)
    row = {name: _value(record.value, name, column) for name, column in settings["columns"].items()}
    if settings["visibility"] == "private":
        user = _find(record.value, settings["user"])
        if user is None or isinstance(user, dict | list):
            raise Malformed("no user id")
        part = _part(str(user), record.value, settings["split"], key)
        if part is None:
            return None
        row[USER] = hmac.new(key, f"user {user}".encode(), "sha256").hexdigest()[:24]
        row[PART] = part
    return row


def _find(record: Any, path: list[str]) -> Any:
    for step in path:
        record = record.get(step) if isinstance(record, dict) else None
    return record


def _value(record: dict[str, Any], name: str, column: Mapping[str, Any]) -> Any:
    value = _find(record, column["path"])
    if value is None:
        if "default" in column:
            return column["default"]
        raise Malformed(f"no `.{'.'.join(column['path'])}` for the column `{name}`")
    return _typed(value, column["type"], name)


def _typed(value: Any, of: Mapping[str, Any], name: str) -> Any:
    kind = of["kind"]
    try:
        if kind == "list" and isinstance(value, list):
            return [_typed(item, of["of"], name) for item in value]
        if kind == "record" and isinstance(value, dict):
            return {field: _typed(value[field], inner, name) for field, inner in of["fields"].items()}
        if kind in PYTHON and type(value) is PYTHON[kind]:
            return value
        if kind in {"int", "float", "share"} and isinstance(value, int | float | str) and not isinstance(value, bool):
            return int(value) if kind == "int" else float(value)
        if kind == "date":
            return value if isinstance(value, datetime.date) else datetime.date.fromisoformat(str(value)[:10])
    except (KeyError, TypeError, ValueError):
        pass
    raise Malformed(f"the column `{name}` is not {kind}")


def _part(user: str, record: dict[str, Any], split: Mapping[str, Any] | None, key: bytes) -> str | None:
    """Return the part a user is in: by a column, or by a keyed hash of the id and nothing else."""
    if split is None:
        return "train"
    if split["by"] is not None:
        value = _find(record, split["by"])
        return next((part for part, named in split["parts"].items() if named == value), None)
    drawn = int.from_bytes(hmac.new(key, f"split {user}".encode(), "sha256").digest()[:8], "big") / 2**64
    for part, share in split["parts"].items():
        if drawn < share:
            return str(part)
        drawn -= share
    return "train"


def _identity(name: str, line: int) -> str:
    return blake2b(f"{name}\n{line}".encode(), digest_size=8).hexdigest()


def _flush(rows: list[dict[str, Any]], writer: DatasetWriter) -> None:
    writer.write(pl.DataFrame(rows, schema=writer.schema))
    rows.clear()


def _note_missing(problem: str, record: Record, missing: dict[str, tuple[int, list[str]]]) -> None:
    if problem.startswith("no `.") and record.value is not None:
        count, keys = missing.get(problem, (0, sorted(map(str, record.value))))
        missing[problem] = (count + 1, keys)


def _refuse_nothing(context: Context, counts: Mapping[str, int], missing: Mapping[str, tuple[int, list[str]]]) -> None:
    """Raise where a source has no rows, or none with a column that the spec reads."""
    node = context.node
    if counts["in"] == 0:
        raise InputError(f"{node.place}: the source `{node.name}` is empty; its files have no rows")
    for problem, (count, keys) in missing.items():
        if count == counts["in"]:
            has = "" if node.private else f"; its records have {', '.join(f'`{key}`' for key in keys[:12])}"
            raise InputError(f"{node.place}: no row of `{node.name}` has {problem.removeprefix('no ')}{has}")
