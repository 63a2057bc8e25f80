"""What a run came to, in words: answers that were none, models that cannot be divided by, and what people spent."""

from __future__ import annotations

from typing import Any

import pytest

from synthc.cli.ledger_lines import ledger_lines
from synthc.cli.results import metrics, results
from tests.cli.walker import document

TALLY = {"prompt": "chat", "kind": "list", "max_output": 64, "rows": 30, "answered": 30, "failed": 0, "replies": 40, "refused": 2, "unreadable": 8, "cut": 0}


def said(**more: int) -> list[str]:
    """Return the lines about one node that asked."""
    node = {"name": "invented", "answers": [{**TALLY, **more}]}
    return [line for line in results({**document(), "privacy": {}, "nodes": [node]}) if "`invented`" in line]


def test_answers_that_were_none_are_counted() -> None:
    """Those that were asked for again, and the rows that are left without one."""
    assert said() == ["`invented` had 40 answers to `chat` about 30 rows: 2 refused and 8 could not be read; they were asked again, and every row has one"]
    assert said(failed=3) == ["`invented` had 40 answers to `chat` about 30 rows: 2 refused and 8 could not be read; 3 rows have none"]
    assert said(refused=0, unreadable=0) == []


def test_answers_without_room_are_a_warning() -> None:
    """Where more than one in twenty is cut off."""
    assert said(refused=0, unreadable=0, cut=6) == ["warning: `invented` had 6 of its 40 answers (15%) to `chat` cut off, and each list lost the item it was in; raise `max_output = 64`"]
    assert said(refused=0, unreadable=0, cut=2) == []


NEAR_ZERO = {
    "release": "dp",
    "noised": True,
    "part": "test",
    "models": {"warm": {"top1_macro": 0.0, "top1_macro_interval": [0.0, 0.061]}, "tuned": {"top1_macro": 0.1685, "top1_macro_interval": [0.0566, 0.2804]}},
    "pairs": [{"model": "tuned", "against": "warm", "metric": "top1_macro", "relative": None, "interval": None, "difference": 0.1685, "difference_interval": [0.1421, 0.1949]}],
}


def test_a_gain_over_next_to_nothing_is_told_in_points() -> None:
    """It is measured well; what there is not is a relative change."""
    said = list(metrics("accuracy", NEAR_ZERO))

    assert "  tuned against warm, top1_macro: +16.85 percentage points (95% interval +14.21 to +19.49); no relative change, for `warm` cannot be told from 0" in said


def test_a_model_that_was_never_right_is_no_base_of_a_change() -> None:
    """A change over zero is no number."""
    found = {"models": {"warm": {"top1": 0.0, "top3": 0.0}, "tuned": {"top1": 0.1, "top3": 0.2}}, "pairs": [{"model": "tuned", "against": "warm", "relative": 1e11, "interval": [1e10, 1e12]}]}

    assert list(metrics("accuracy", found))[-1] == "  tuned against warm, top-1: no relative change over what was never right"


def spent(**changed: Any) -> str:
    """Return the line of a mechanism."""
    (source,) = document()["privacy"].values()
    return list(ledger_lines({"phones": {**source, "mechanisms": [{**source["mechanisms"][0], **changed}]}}))[1]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"q": 1, "rounds_planned": 1, "expected_cohort": 90_000}, "1 round of all 90,000 people, epsilon"),
        ({"clip": 1.5**0.5, "numbers": 6}, "clip 1.22474 (6 numbers of at most 1/2 each), noise"),
        ({"q": None, "separation": 50, "max_participation": 1}, "40 rounds of about 5,000 people (nobody again before 50 rounds are over, so once), epsilon"),
        ({"q": None, "separation": 1, "max_participation": 40}, "(nobody again before 1 round is over, so at most 40 times)"),
    ],
)
def test_a_mechanism_is_told_in_words_that_hold(changed: dict[str, Any], said: str) -> None:
    """One round is no rounds, everybody is no chance, and a bound that nobody wrote says where it comes from."""
    assert said in spent(**changed)
