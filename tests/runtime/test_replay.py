"""A lock says what a corpus rests on, and a replay rebuilds it without asking anybody."""

from __future__ import annotations

import socket
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from synthc.runtime.errors import InputError
from synthc.runtime.lock import lock_document, lock_path, read_lock
from synthc.runtime.outcome import Outcome
from synthc.runtime.replay import check_sources, replayed
from tests.runtime.asked import Asked, asked


def locked(made: Asked) -> dict[str, Any]:
    """Return the lock of what was run."""
    return lock_document(made.graph, made.folder, seed=0)


def replay(made: Asked, lock: dict[str, Any]) -> Outcome:
    """Rebuild what is locked."""
    return made.run(nodes=replayed(made.graph, lock), replay=lock)


def rows(outcome: Outcome) -> dict[str, bytes]:
    """Return the bytes of every dataset."""
    return {path.relative_to(outcome.folder).as_posix(): path.read_bytes() for path in outcome.folder.glob("datasets/*/part-*")}


def test_a_replay_makes_the_same_bytes_with_sockets_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though some answers could not be read and were asked for again."""
    made = asked(tmp_path, monkeypatch, lambda request: "none" if (request.seed or 0) % 3 == 0 else "1", rows=40)
    first = rows(made.run())
    lock, sent = locked(made), len(made.endpoint.asked)

    def closed(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(socket.socket, "connect", closed)
    monkeypatch.setattr("synthc.runtime.walk.open_endpoint", closed)
    again = replay(made, lock)

    assert again.problem is None
    assert {node["status"] for node in again.document["nodes"]} == {"done"}
    assert rows(again) == first
    assert len(made.endpoint.asked) == sent > 40
    assert locked(made) == lock


def test_a_missing_answer_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its prompt and row, and nobody is asked for it."""
    made = asked(tmp_path, monkeypatch)
    made.run()
    lock = locked(made)
    with sqlite3.connect(tmp_path / ".synth" / "ledger.sqlite") as ledger:
        (row,) = ledger.execute("SELECT subject FROM calls ORDER BY id LIMIT 1").fetchone()
        ledger.execute("DELETE FROM calls WHERE subject = ?", (row,))

    assert str(replay(made, lock).problem) == f"the ledger has no answer to `reworded` of `embedded` about the row {row}; a replay asks nobody, so run it once without `--replay`"
    assert len(made.endpoint.asked) == 10


def test_another_answer_than_the_locked_one_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows are not those of then."""
    made = asked(tmp_path, monkeypatch)
    made.run()
    lock = locked(made)
    with sqlite3.connect(tmp_path / ".synth" / "ledger.sqlite") as ledger:
        ledger.execute("UPDATE calls SET reply = replace(reply, '\"text\":\"1\"', '\"text\":\"7\"')")

    assert "the rows of `counted` are not those that were locked; the sources or the ledger have changed" in str(replay(made, lock).problem)


def test_a_changed_source_and_a_changed_spec_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is worked on, and by their names."""
    made = asked(tmp_path, monkeypatch)
    made.run()
    lock = locked(made)
    (tmp_path / "web.jsonl").write_text('{"text": "other"}\n')
    with pytest.raises(InputError, match=r"^spec.lock: web.jsonl of the source `web` has changed since it was locked"):
        check_sources(made.graph, tmp_path, lock)

    lock_path(tmp_path, made.graph).write_text('{"lock": 1, "graph": "another"}')
    with pytest.raises(InputError, match=r"^spec.lock: the spec has changed since it was locked"):
        read_lock(tmp_path, made.graph)


def test_without_a_run_there_is_nothing_to_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor a lock to replay."""
    made = asked(tmp_path, monkeypatch)

    with pytest.raises(InputError, match="it was not run yet, so there is nothing to lock; `synthc run` makes it"):
        locked(made)
    with pytest.raises(InputError, match="there is no lock to replay"):
        read_lock(tmp_path, made.graph)


def test_damaged_rows_are_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that lost its end is noticed, said, and made from the answers that are there."""
    made = asked(tmp_path, monkeypatch)
    first = rows(made.run())
    for path in (tmp_path / ".synth" / "store").glob("*/part-00000.parquet"):
        with path.open("r+b") as file:
            file.truncate(path.stat().st_size // 2)

    again = made.run()

    assert again.problem is None
    assert rows(again) == first
    assert len(made.endpoint.asked) == 10
    assert (again.folder / "events.jsonl").read_text().count("what was kept of its rows is damaged, so they are made again") == 3
