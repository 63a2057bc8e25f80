"""What is said of answers that were none."""

from __future__ import annotations

from synthc.cli.results import results
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
