"""What becomes of a ledger's answers when its file is damaged."""

from __future__ import annotations

import os
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from synthc.runtime.errors import InputError
from synthc.runtime.ledger import Asking, Ledger
from synthc.runtime.ledger_rescue import rescue
from tests.runtime.test_ledger import WHO, ask, echo, question

PAGE = 4096
TEXTS = [f"{n} " + "x" * 500 for n in range(2000)]
ABOUT = Asking(endpoint="llm", model={"model": WHO.model, "revision": WHO.revision, "server": WHO.server}, prompt={"name": "p"}, label="public")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger with two thousand answers."""
    import asyncio

    ledger = Ledger(path=tmp_path / "ledger.sqlite")

    async def run() -> None:
        await asyncio.gather(*(ledger.answer(WHO, question(text), echo, about=ABOUT) for text in TEXTS))

    asyncio.run(run())
    ledger.close()
    return ledger.path


def again(path: Path) -> int:
    """Ask all questions once more and return how many were answered from the ledger; an answer is that of its question."""
    ledger = Ledger(path=path)
    try:
        found = ask(ledger, *TEXTS)
    finally:
        ledger.close()

    assert [text for text, _ in found] == TEXTS
    return sum(cached for _, cached in found)


def half(path: Path) -> None:
    """Cut the file off in the middle."""
    os.truncate(path, path.stat().st_size // 2)


def end(path: Path) -> None:
    """Cut the last page off."""
    os.truncate(path, path.stat().st_size - PAGE)


def garbage(path: Path) -> None:
    """Overwrite every fiftieth page behind the first ten."""
    draw = random.Random(1)
    with path.open("r+b") as file:
        for page in range(10, path.stat().st_size // PAGE, 50):
            file.seek(page * PAGE)
            file.write(draw.randbytes(PAGE))


DAMAGES = {"half": (half, 800), "end": (end, 1900), "garbage": (garbage, 1500)}


@pytest.mark.parametrize(("damage", "least"), DAMAGES.values(), ids=DAMAGES)
def test_what_can_be_read_is_rescued(path: Path, damage: Callable[[Path], None], least: int) -> None:
    """Only the rest is asked again, and the damaged file is kept."""
    damage(path)
    before = path.read_bytes()
    with pytest.raises(InputError, match="`synthc ledger rescue` keeps what can still be read of it"):
        again(path)

    found = rescue(path)

    assert least <= found.kept < 2000
    assert found.damaged == path.with_name("ledger.damaged.sqlite")
    assert len(found.damaged.read_bytes()) == len(before)
    assert again(path) == found.kept


def test_an_answer_whose_question_was_altered_is_not_taken_for_another(path: Path) -> None:
    """The key tells, for it is the hash of the question."""
    with sqlite3.connect(path) as other:
        other.execute("UPDATE calls SET request = replace(request, '7 ', '8 ') WHERE id <= 100 AND request LIKE '%\"7 %'")
    other.close()
    end(path)

    assert rescue(path).altered == 1


def test_tokens_are_counted_anew(path: Path) -> None:
    """A budget counts what the rescued answers took."""
    garbage(path)
    found = rescue(path)

    with sqlite3.connect(path) as opened:
        ((endpoint, tokens),) = opened.execute("SELECT * FROM spent").fetchall()
        (counted,) = opened.execute("SELECT SUM(tokens) FROM calls").fetchone()
    opened.close()

    assert (endpoint, tokens) == ("llm", counted)
    assert found.kept


def test_what_needs_no_rescue_is_left_alone(path: Path) -> None:
    """A whole ledger, one that a run is at work on, one that is gone, and one of which nothing is left."""
    with pytest.raises(InputError, match="it is not damaged, so there is nothing to rescue"):
        rescue(path)
    at_work = Ledger(path=path)
    with pytest.raises(InputError, match="a run is at work on it"):
        rescue(path)
    at_work.close()
    path.write_bytes(b"SQLite format 3\x00" + b"\xff" * 5000)
    with pytest.raises(InputError, match="nothing of it can be read"):
        rescue(path)
    path.unlink()
    with pytest.raises(InputError, match="there is no ledger"):
        rescue(path)


def test_a_ledger_that_was_emptied_is_not_a_new_one(path: Path) -> None:
    """Where runs rest on its answers; one that was deleted is meant to begin anew."""
    calls = path.with_name("calls")
    calls.mkdir()
    (calls / "abc").write_bytes(b"0" * 16)
    os.truncate(path, 0)

    with pytest.raises(InputError, match="it is empty, though runs of this project rest on its answers; put a copy of before in its place, or delete it to ask for them again"):
        Ledger(path=path)

    path.unlink()
    assert again(path) == 0


def test_long_questions_are_rescued_whole(tmp_path: Path) -> None:
    """They lie on many pages, of which one that is lost costs its question alone."""
    ledger = Ledger(path=tmp_path / "ledger.sqlite")
    texts = [f"{n} " + "x" * size for n, size in enumerate((10, 4000, 4100, 5000, 8200, 40_000) * 20)]
    ask(ledger, *texts)
    ledger.close()
    end(ledger.path)

    found = rescue(ledger.path)
    opened = Ledger(path=ledger.path)
    answers = ask(opened, *texts)
    opened.close()

    assert found.kept >= 118
    assert [text for text, _ in answers] == texts
    assert sum(cached for _, cached in answers) == found.kept
