"""What stands in a ledger: listed by who was asked what, exported, pruned."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthc.runtime.errors import InputError
from synthc.runtime.ledger_file import connect, damaged

KEPT_HERE = frozenset({"private", "simulated"})
"""Labels of rows whose questions stay in the ledger: nothing protects who is behind them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Which calls are meant: of an endpoint, a model, a prompt, before or after a time; None is any."""

    endpoint: str | None = None
    model: str | None = None
    prompt: str | None = None
    since: float | None = None
    before: float | None = None

    def means(self, about: Mapping[str, Any], model: str) -> bool:
        """Tell whether calls with this in common are among them, at some time."""
        told = ((self.endpoint, about["endpoint"]), (self.model, model), (self.prompt, about["prompt"].get("name", "")))
        return all(wanted is None or wanted == found for wanted, found in told)

    @property
    def times(self) -> tuple[float, float]:
        """The first and the last time."""
        return self.since or 0.0, 1e12 if self.before is None else self.before


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the ledger of a project."""
    if not path.exists():
        raise InputError(f"{path}: there is no ledger; `synthc run` begins one with the first question that it asks")
    try:
        connection = connect(path)
        try:
            yield connection
        finally:
            connection.close()
    except (sqlite3.DatabaseError, ValueError) as problem:
        raise InputError(damaged(path, problem)) from None


def askings(connection: sqlite3.Connection) -> dict[str, dict[str, Any]]:
    """Return what the calls of a step have in common, by its name in the ledger."""
    none = {"endpoint": "", "model": {}, "prompt": {}, "label": "public"}
    return {"": none, **{name: json.loads(document) for name, document in connection.execute("SELECT id, document FROM askings")}}


def listed(connection: sqlite3.Connection, chosen: Chosen) -> list[dict[str, Any]]:
    """Return how many calls there are of each endpoint, model and prompt, in the order of their first."""
    known = askings(connection)
    found = connection.execute(
        "SELECT asking, model, SUM(state = 'answered'), SUM(state = 'failed'), SUM(state = 'asked'), SUM(tokens), MIN(time), MAX(time)"
        " FROM calls WHERE time >= ? AND time < ? GROUP BY asking, model ORDER BY MIN(time)",
        chosen.times,
    )
    groups: dict[tuple[str, str, str], dict[str, Any]] = {}
    for asking, model, *numbers, first, last in found:
        about = known.get(asking, known[""])
        if not chosen.means(about, model):
            continue
        names = (about["endpoint"], model, about["prompt"].get("name", ""))
        group = groups.setdefault(names, {**dict(zip(("endpoint", "model", "prompt"), names, strict=True)), "answered": 0, "failed": 0, "open": 0, "tokens": 0, "first": first, "last": last})
        for name, number in zip(("answered", "failed", "open", "tokens"), numbers, strict=True):
            group[name] += number
        group["last"] = max(group["last"], last)
    return list(groups.values())


def exported(connection: sqlite3.Connection, chosen: Chosen) -> Iterator[dict[str, Any]]:
    """Yield each answered call with its question and answer; what was asked about rows that nothing protects is left out."""
    known = askings(connection)
    rows = connection.execute("SELECT key, asking, model, time, subject, request, reply FROM calls WHERE state = 'answered' AND time >= ? AND time < ? ORDER BY key", chosen.times)
    for key, asking, model, time, subject, request, reply in rows:
        about = known.get(asking, known[""])
        if about["label"] not in KEPT_HERE and chosen.means(about, model):
            names = {"endpoint": about["endpoint"], "model": model, "prompt": about["prompt"].get("name", "")}
            yield {"key": key, **names, "time": time, "row": subject, "request": json.loads(request), "reply": json.loads(reply)}


def kept_here(connection: sqlite3.Connection, chosen: Chosen) -> int:
    """Return how many answered calls are not exported, for nothing protects who is behind the rows they are about."""
    known = askings(connection)
    found = connection.execute("SELECT asking, model, COUNT(*) FROM calls WHERE state = 'answered' AND time >= ? AND time < ? GROUP BY asking, model", chosen.times)
    about = ((known.get(asking, known[""]), model, count) for asking, model, count in found)
    return sum(count for each, model, count in about if each["label"] in KEPT_HERE and chosen.means(each, model))


def prunable(connection: sqlite3.Connection, chosen: Chosen, used: Iterable[str] | None) -> int:
    """Note which calls may go, and return how many they are; `used` are the keys that stay whatever is chosen."""
    known = askings(connection)
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS going (key TEXT PRIMARY KEY)")
    connection.execute("DELETE FROM going")
    for name, model in connection.execute("SELECT DISTINCT asking, model FROM calls").fetchall():
        if chosen.means(known.get(name, known[""]), model):
            connection.execute("INSERT INTO going SELECT key FROM calls WHERE asking = ? AND model = ? AND state != 'asked' AND time >= ? AND time < ?", (name, model, *chosen.times))
    if used is not None:
        connection.executemany("DELETE FROM going WHERE key = ?", ((key,) for key in used))
    return int(connection.execute("SELECT COUNT(*) FROM going").fetchone()[0])


def prune(connection: sqlite3.Connection) -> None:
    """Delete what was noted, and give its space back."""
    connection.execute("DELETE FROM calls WHERE key IN (SELECT key FROM going)")
    connection.execute("VACUUM")
