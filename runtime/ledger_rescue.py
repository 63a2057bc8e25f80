"""Saves the answers of a damaged ledger: what can still be read of it, and is what it was, begins a new one.

A key is the hash of model and question, so a question that was altered shows.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthc.runtime.claims import Claims
from synthc.runtime.endpoints.base import Identity, Reply
from synthc.runtime.errors import InputError
from synthc.runtime.leaves import Leaves
from synthc.runtime.ledger import key_of
from synthc.runtime.ledger_file import connect

COLUMNS = ("id", "key", "state", "time", "model", "request", "reply", "error", "owner", "subject", "asking", "tokens")
OLD = ("", "", "", 0)
"""What calls of before had no columns for."""
KEEP = f"INSERT OR IGNORE INTO calls ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608 -- names of ours
PARTS = ("", "-wal", "-shm")
"""What a ledger consists of on the disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescued:
    """How many answers begin the new ledger, how many could be read but were altered, and where the damaged one lies."""

    kept: int
    altered: int
    damaged: Path


def rescue(path: Path) -> Rescued:
    """Put a ledger of all that can be read in the place of a damaged one, which is kept beside it.

    Raises:
        InputError: there is none, it is not damaged, a run is at work on it, or nothing can be read of it.
    """
    damaged = path.with_name(f"{path.stem}.damaged{path.suffix}")
    _refuse(path, damaged)
    # SQLite may write to what it reads, so it reads a copy.
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        copy, made = Path(folder) / path.name, Path(folder) / "made.sqlite"
        for part in PARTS[:2]:
            with suppress(FileNotFoundError):
                shutil.copyfile(f"{path}{part}", f"{copy}{part}")
        if _whole(copy):
            raise InputError(f"{path}: it is not damaged, so there is nothing to rescue")
        with closing(connect(made)) as new:
            kept, altered = _copied(copy, new)
        if not kept:
            raise InputError(f"{path}: nothing of it can be read; put a copy of before in its place, or move it away to start a new one, and what was answered will be asked again")
        for part in PARTS:
            with suppress(FileNotFoundError):
                Path(f"{path}{part}").rename(f"{damaged}{part}")
        made.rename(path)
    return Rescued(kept=kept, altered=altered, damaged=damaged)


def _refuse(path: Path, damaged: Path) -> None:
    """Raise where a rescue would begin with nothing, disturb a run, or write over what an earlier one left."""
    if not path.exists():
        raise InputError(f"{path}: there is no ledger")
    claims = Claims(folder=path.with_name(f"{path.stem}.claims"))
    if claims.folder.is_dir() and any(claims.alive(held.name) for held in claims.folder.iterdir()):
        raise InputError(f"{path}: a run is at work on it; wait for it, or stop it")
    if damaged.exists():
        raise InputError(f"{damaged}: there already; it is what an earlier rescue left, so move it away first")


def _whole(path: Path) -> bool:
    """Tell whether a ledger is as it was; what was written last goes into its file, if that is possible."""
    with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = ON")  # else a file that is too short is not opened
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA writable_schema = OFF")
        known = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        return {"calls", "askings", "spent"} <= known and connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    return False


def _copied(path: Path, new: sqlite3.Connection) -> tuple[int, int]:
    """Copy what can be read, and return how many answers were copied and how many were altered."""
    leaves = Leaves.of(path)
    askings = {values[0]: values[1] for _, values in leaves.rows() if len(values) == 2 and all(isinstance(value, str) for value in values)}
    identities = {name: found for name, document in askings.items() if (found := _identity(document)) is not None}
    kept = altered = 0
    new.execute("BEGIN")
    new.executemany("INSERT OR REPLACE INTO askings VALUES (?, ?)", ((name, document) for name, document in askings.items() if name in identities))
    for number, values in leaves.rows():
        missing = len(COLUMNS) - len(values)
        call = dict(zip(COLUMNS, [number, *values[1:], *OLD[len(OLD) - missing :]], strict=True)) if 0 <= missing <= len(OLD) else {}
        if call.get("state") == "answered":
            good = _as_it_was(call, identities)
            kept += new.execute(KEEP, tuple(call.values())).rowcount if good else 0
            altered += not good
    new.executemany("INSERT OR REPLACE INTO spent VALUES (?, ?)", _spent(new, askings).items())
    new.execute("COMMIT")
    return kept, altered


def _identity(document: str) -> Identity | None:
    try:
        return Identity(**json.loads(document)["model"])
    except (ValueError, TypeError, KeyError):
        return None


def _as_it_was(call: Mapping[str, Any], identities: Mapping[str, Identity]) -> bool:
    """Tell whether a call's key is that of its question, as far as its model is known, and its answer is one."""
    identity = identities.get(call["asking"])
    try:
        Reply(**json.loads(call["reply"]))
    except (ValueError, TypeError):
        return False
    return identity is None or key_of(identity, str(call["request"])) == call["key"]


def _spent(connection: sqlite3.Connection, askings: Mapping[str, str]) -> dict[str, int]:
    """Return the tokens that each endpoint took, counted anew."""
    spent: dict[str, int] = {}
    for name, tokens in connection.execute("SELECT asking, SUM(tokens) FROM calls GROUP BY asking"):
        endpoint = json.loads(askings[name])["endpoint"] if name in askings else ""
        spent[endpoint] = spent.get(endpoint, 0) + int(tokens)
    return spent
