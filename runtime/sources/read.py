"""Turns the records of a source into rows: columns by their paths, users and parts of the private."""

from __future__ import annotations

import datetime as dt
import hmac
import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from synthc.compiler.graph import Node
from synthc.runtime.context import Context
from synthc.runtime.door import carried_out
from synthc.runtime.errors import InputError
from synthc.runtime.rows import ID, PART, USER, DatasetWriter
from synthc.runtime.schema import schema
from synthc.runtime.setaside import SetAside
from synthc.runtime.sources.files import find_files
from synthc.runtime.sources.hub import find_hub_files
from synthc.runtime.sources.made_up import MadeUp
from synthc.runtime.sources.records import Record, read_records, unicode

BATCH = 4096
GROUP = "synthc.readers"
"""Entry points of this group find the files of sources that other packages add: given the settings and the project's folder, names and paths."""


class Malformed(Exception):
    """A record that is no row; the message says why without showing it."""


def source_files(node: Node, project: Path) -> list[tuple[str, Path]]:
    """Return the files of a source, each with the name that its rows' identity counts from."""
    reader = node.settings["reader"]
    if reader["kind"] == "hub":
        return [(f"{reader['repository']}/{name}", path) for name, path in find_hub_files(reader, node.place)]
    if reader["kind"] == "files":
        return find_files(reader, project, node.place)
    found = [(str(name), Path(path)) for name, path in carried_out(GROUP, reader["kind"], node.place)(reader, project)]
    if not found:
        raise InputError(f"{node.place}: `{reader['kind']}` found no files; check what it is told to read")
    return found


def read_source(context: Context, key: bytes) -> None:
    """Read all files of a source into the artefact, the malformed rows set aside."""
    node, settings = context.node, context.node.settings
    private = settings["visibility"] == "private"
    aside = SetAside(path=context.folder / "failures.jsonl", allowed=settings["max_failures"], place=node.place, name=node.name, private=private, error=InputError)
    writer = DatasetWriter(folder=context.folder, schema=schema(node, users=private))
    counts = {"in": 0, "out": 0, "filtered": 0, "duplicates": 0, "failed": 0, "added": 0}
    waiting: list[dict[str, Any]] = []
    missing: dict[str, _Missing] = {}
    parts = _Parts(node=node, aside=aside)
    users = MadeUp(settings=settings["made_up"]) if "made_up" in settings else None
    for name, shown, record in itertools.islice(_records(context, private=private), None if private else context.limit):
        counts["in"] += 1
        try:
            row = _row(record, settings, key, users, _identity(name, record.line))
        except Malformed as problem:
            aside.add(shown, shown, str(problem))
            _note_missing(str(problem), record, missing)
        else:
            parts.check(row, shown)
            if row.get(PART, "") is None:
                counts["filtered"] += 1
            else:
                waiting.append({ID: _identity(name, record.line), **row})
        if counts["in"] % BATCH == 0:
            _refuse_missing(node, counts["in"], missing)
            _flush(waiting, writer)
            context.progress(0 if private else counts["in"], None, "rows")
    _flush(waiting, writer)
    counts["out"], counts["failed"] = writer.rows, aside.failed
    aside.flush()
    if counts["in"] == 0:
        raise InputError(f"{node.place}: the source `{node.name}` is empty; its files have no rows")
    _refuse_missing(node, counts["in"], missing)
    aside.judge(counts["in"])
    writer.close(counts)


def _records(context: Context, *, private: bool) -> Iterator[tuple[str, str, Record]]:
    """Yield records with the name of their file and what a reader is shown: of a private one, whose name may be a user's, its number."""
    for number, (name, path) in enumerate(source_files(context.node, context.project), 1):
        file = f"file {number} of the private source `{context.node.name}`" if private else name
        for record in read_records(path, f"{context.node.place}: {file}"):
            yield name, f"file {number}:{record.line}" if private else f"{name}:{record.line}", record


def _row(record: Record, settings: Mapping[str, Any], key: bytes, users: MadeUp | None, identity: str) -> dict[str, Any]:
    """Return a row; its part is None where a split by column names none for it."""
    if record.value is None:
        raise Malformed(record.problem)
    row = {name: _value(record.value, name, column) for name, column in settings["columns"].items()}
    if settings["visibility"] == "private":
        user = _find(record.value, settings["user"] or [])
        if user is None:
            raise Malformed(f"no `.{'.'.join(settings['user'] or [])}` for `user`")
        if users is not None:
            user = users.user(user, identity)
        if isinstance(user, float):  # as numbers come from a table where some are missing; 7.0 is the user 7
            user = int(user) if user.is_integer() else str(user) if math.isfinite(user) else None
        if not isinstance(user, str | int) or user == "" or not unicode(str(user)):
            raise Malformed("no user id")
        row[USER] = hmac.new(key, f"user {user}".encode(), "sha256").hexdigest()[:24]
        row[PART] = _part(str(user), record.value, settings["split"], key)
    return row


def _find(record: Any, path: list[str]) -> Any:
    for step in path:
        record = record.get(step) if isinstance(record, dict) else None
    return record


def _value(record: dict[str, Any], name: str, column: Mapping[str, Any]) -> Any:
    value = _find(record, column["path"])
    if value is None and "default" not in column:
        raise Malformed(f"no `.{'.'.join(column['path'])}` for the column `{name}`")
    try:
        return _typed(column["default"] if value is None else value, column["type"])
    except (KeyError, TypeError, ValueError, ArithmeticError):
        problem = f"the column `{name}` is not {column['type']['kind']}"
    raise Malformed(problem)


def _typed(value: Any, of: Mapping[str, Any]) -> Any:
    """Return a value as its type, or raise any of the errors of a value that is not of it."""
    kind = of["kind"]
    if kind == "list" and isinstance(value, list):
        return [_typed(item, of["of"]) for item in value]
    if kind == "record" and isinstance(value, dict):
        return {field: _typed(value[field], inner) for field, inner in of["fields"].items()}
    if kind == "date":
        day = value if isinstance(value, dt.date) else dt.datetime.fromisoformat(str(value))
        return dt.date(day.year, day.month, day.day)
    if kind == "bool" and isinstance(value, str):
        return {"true": True, "false": False}[value.strip().lower()]
    if kind == "bool" and isinstance(value, bool):
        return value
    if kind in {"text", "choice"} and isinstance(value, str) and unicode(value) and value in of.get("options", [value]):
        return value
    if kind in {"int", "float", "share"} and type(value) in {int, float, str}:
        number = int(value) if kind == "int" and isinstance(value, str) else float(value)
        if math.isfinite(number) and (kind != "int" or (abs(number) < 2**63 and int(value) == number)):
            return int(value) if kind == "int" else number
    raise ValueError


@dataclass(slots=True, kw_only=True)
class _Parts:
    """Checks that a split by column puts all rows of a user into one part; a hash of each user is what it keeps."""

    node: Node
    aside: SetAside
    known: dict[str, str | None] = field(default_factory=dict)

    def check(self, row: Mapping[str, Any], shown: str) -> None:
        """Raise at the first row whose user was in another part before, without saying who it is."""
        split = self.node.settings["split"]
        if split is None or split["by"] is None or self.known.setdefault(row[USER], row[PART]) == row[PART]:
            return
        self.aside.add(shown, shown, "the part differs from that of an earlier row of its user")
        self.aside.flush()
        raise InputError(
            f"{self.node.place}: `.{'.'.join(split['by'])}` differs between rows of one user of `{self.node.name}`, and a split by column puts all rows of a user"
            f" into one part; mend the rows (the first one found stands in {self.aside.path}), or split by shares"
        )


def _part(user: str, record: dict[str, Any], split: Mapping[str, Any] | None, key: bytes) -> str | None:
    """Return the part a user is in: by a column, or by a keyed hash of the id and nothing else."""
    if split is None:
        return "train"
    if split["by"] is not None:
        value = _find(record, split["by"])
        if value is None:
            raise Malformed(f"no `.{'.'.join(split['by'])}` for the split")
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
    if rows:
        writer.write(pl.DataFrame(rows, schema=writer.schema))
        rows.clear()


class _Missing(NamedTuple):
    rows: int
    keys: list[str]


def _note_missing(problem: str, record: Record, missing: dict[str, _Missing]) -> None:
    if problem.startswith("no `.") and record.value is not None:
        rows = missing[problem].rows if problem in missing else 0
        missing[problem] = _Missing(rows + 1, sorted(map(str, record.value)))


def _refuse_missing(node: Node, read: int, missing: Mapping[str, _Missing]) -> None:
    """Raise where no row so far has a column that the spec reads."""
    for problem, (rows, keys) in missing.items():
        if rows == read:
            has = "" if node.private else f"; its records have {', '.join(f'`{key}`' for key in keys[:12])}"
            raise InputError(f"{node.place}: no row of `{node.name}` has {problem.removeprefix('no ')}{has}")
