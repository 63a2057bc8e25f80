"""What is asked again when something changes: the rows whose question is another one, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.runtime.asked import asked, write_rows


def test_another_prompt_asks_about_every_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is another question."""
    made = asked(tmp_path, monkeypatch)

    assert (made.asks(), made.changed("How many?", "How many words?").asks()) == (10, 10)


def test_a_new_row_is_asked_about_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others were."""
    made = asked(tmp_path, monkeypatch)
    assert made.asks() == 10
    write_rows(tmp_path, [f"text {n}" for n in range(11)])

    assert made.asks() == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("n >= 0", "n >= 1"),
        ("prompt reworded", "# A comment.\nprompt reworded"),
        ("counted", "counted_once"),
        ("reworded", "said_otherwise"),
        ("ask n = ", "ask number = "),
        ("max_failures = 50%", "max_failures = 40%"),
    ],
    ids=["a threshold", "a comment", "the name of a node", "the name of a prompt", "the name of an answer", "what is tolerated"],
)
def test_what_is_no_part_of_a_question_asks_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str) -> None:
    """Every answer is in the ledger."""
    made = asked(tmp_path, monkeypatch)
    assert made.asks() == 10
    made.changed(old, new)
    if old == "ask n = ":
        made.changed("n >= 0", "number >= 0")

    assert made.asks() == 0


def test_another_parser_asks_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """How an answer is read is not part of what was asked."""
    made = asked(tmp_path, monkeypatch)
    assert made.asks() == 10
    monkeypatch.setattr("synthc.runtime.walk.READING", 10**6)

    assert made.asks() == 0


def test_a_run_works_from_the_graph_that_it_began_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who edits the spec meanwhile changes nothing."""
    made = asked(tmp_path, monkeypatch)
    (tmp_path / "spec.synth").write_text(made.text)

    def edit(_: object) -> str:
        (tmp_path / "spec.synth").write_text("synth 1\n")
        return "1"

    made.endpoint.reply = edit

    assert made.asks() == 10
