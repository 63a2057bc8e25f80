"""Users of a text that has none: by a column, by size, and with topics of their own."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from synthc.compiler.graph.privacy_document import privacy_document
from synthc.runtime.rows import USER
from synthc.runtime.sources.made_up import MadeUp
from tests.runtime.spec import Spec

TOPICS = ("sport", "food", "work", "weather")


def users(folder: Path, user: str) -> list[str]:
    """Return whose each of two hundred rows is, in their order."""
    spec = Spec(folder=folder, text=f'private source notes = files("notes.jsonl") {{ text = .text, user = {user}, simulate = 1M }}\n')
    lines = [json.dumps({"text": f"note {number}", "topic": TOPICS[number % 4]}) for number in range(200)]
    folder.mkdir(exist_ok=True)
    (folder / "notes.jsonl").write_text("\n".join(lines) + "\n")
    found: list[str] = spec.rows("notes")[USER].to_list()
    return found


def test_rows_that_follow_each_other_are_a_user_s(tmp_path: Path) -> None:
    """So many each; the last one may have fewer."""
    found = users(tmp_path, "rows(30)")

    assert list(Counter(found).values()) == [30] * 6 + [20]
    assert found == sorted(found, key=found.index)


def test_rows_of_one_value_are_a_user_s(tmp_path: Path) -> None:
    """A user a value of the column."""
    found = users(tmp_path, "by(.topic)")

    assert len(set(found)) == len(TOPICS)
    assert found[0] == found[4] != found[1]


def test_the_same_files_give_the_same_users(tmp_path: Path) -> None:
    """Nothing is drawn afresh."""
    user = "dirichlet(.topic, users = 20, alpha = 0.3)"

    assert users(tmp_path / "a", user) == users(tmp_path / "b", user)
    assert len(set(users(tmp_path / "c", user))) > 4


@pytest.mark.parametrize(("alpha", "low", "high"), [(100.0, 0.0, 0.2), (0.05, 0.6, 1.0)], ids=["alike", "unlike"])
def test_the_smaller_alpha_the_more_unlike_are_users(alpha: float, low: float, high: float) -> None:
    """By how much of a user's text is of one topic, beyond what chance gives; twenty users, ten thousand rows."""
    made = MadeUp(settings={"kind": "dirichlet", "users": 20, "alpha": alpha})
    counts = np.zeros((20, len(TOPICS)))
    for number in range(10_000):
        counts[int(made.user(TOPICS[number % 4], str(number))), number % 4] += 1
    shares = counts.sum(1) / counts.sum()
    main = (counts.max(1) / np.maximum(counts.sum(1), 1) * shares).sum()

    assert low <= (main - 1 / 4) / (3 / 4) <= high


def test_the_ledger_says_that_users_were_made_up(tmp_path: Path) -> None:
    """In the plan and in the report, which are drawn from it."""
    spec = Spec(folder=tmp_path, text='private source notes = files("notes.jsonl") { text = .text, user = rows(30), simulate = 1M }\n')
    document = privacy_document(spec.graph)["notes"]

    assert document["unit"] == "all rows of one made-up user"
    assert "users were made up, 30 rows each: they stand for nobody, and what is promised to them protects no person" in document["assumptions"]
